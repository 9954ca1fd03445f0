"""The largest product, mini program and video that catalog takes fit into one Kafka record."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from catalog.application.contracts_out import mini_program_event, product_event, video_events
from catalog.domain.mini_program import register
from catalog.domain.product import list_new
from catalog.domain.terms import Terms
from catalog.http.requests import mini_program_details, product_details, video_of
from contracts.api.mini_programs import MiniProgramRequest
from contracts.api.products import MAX_PRODUCT_BYTES, ProductRequest
from contracts.api.videos import VideoRequest
from contracts.event import Event

WIDE = "𠮷"
"""Four bytes of UTF-8."""
RECORD_LIMIT = 1024 * 1024
ID, TEXT, PICTURE = "i" * 64, WIDE * 200, "https://x/" + WIDE * 1014
MONEY = {"amount": 10**11}


def size(event: Event) -> int:
    return len(event.model_dump_json(exclude_none=True).encode())


def product(skus: int) -> dict[str, Any]:
    attributes = {WIDE * 39 + chr(0x20000 + n): WIDE * 100 for n in range(10)}
    sku = {"attributes": attributes, "attributes_en": attributes, "price": MONEY}
    return {
        "title": TEXT, "title_en": TEXT, "description": WIDE * 4000, "category_id": ID, "images": [PICTURE] * 2,
        "skus": [sku | {"sku_id": f"{n:064d}"} for n in range(skus)],
    }  # fmt: skip


def test_the_largest_product_fits_into_a_record() -> None:
    wanted = ProductRequest.model_validate(product(skus=37))
    assert len(wanted.model_dump_json().encode()) > MAX_PRODUCT_BYTES * 0.9
    listed = list_new(ID, "shop0001", product_details(wanted), Terms(1, 1, 1))
    assert size(product_event(*listed)) < RECORD_LIMIT


def test_a_larger_product_is_refused_with_its_size_and_the_limit() -> None:
    with pytest.raises(ValidationError, match=r"takes \d+ bytes as JSON; at most 500000 are allowed"):
        ProductRequest.model_validate(product(skus=200))


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({f"name {n}": "x" for n in range(11)}, "at most 10 items"),
        ({"n" * 41: "x"}, "at most 40 characters"),
        ({"name": "x" * 101}, "at most 100 characters"),
    ],
)
def test_attributes_of_a_sku_beyond_their_limits_are_refused(
    attributes: dict[str, str], message: str
) -> None:
    wanted = product(skus=1)
    wanted["skus"][0] |= {"attributes": attributes, "attributes_en": {}}
    with pytest.raises(ValidationError, match=message):
        ProductRequest.model_validate(wanted)


def test_the_largest_mini_program_fits_into_a_record() -> None:
    wanted = MiniProgramRequest.model_validate(
        {
            "owner_id": ID, "owner_name": TEXT, "owner_name_en": TEXT, "owner_kind": "brand", "name": TEXT, "name_en": TEXT,
            "aliases": [TEXT] * 20, "slogan": TEXT, "slogan_en": TEXT, "category": "c" * 32, "logo_url": PICTURE,
            "banner_url": PICTURE, "hosts": [f"{n:064d}" for n in range(50)], "merchant": ID,
            "categories": [{"category_id": ID, "name": TEXT, "name_en": TEXT}] * 100,
            "layout": {"sections": [{"kind": "grid", "title": TEXT, "title_en": TEXT, "product_ids": [ID] * 20}] * 20},
            "terms": {"platform_bp": 5_000, "creator_bp": 5_000},
        }
    )  # fmt: skip
    details = mini_program_details(wanted, "shop0001")
    assert size(mini_program_event(*register("shop0001", details))) < RECORD_LIMIT


def test_the_largest_video_fits_into_a_record() -> None:
    anchor = {"title": TEXT, "title_en": TEXT, "mini_program_id": "m" * 32, "product_id": ID}
    wanted = VideoRequest.model_validate(
        {
            "host_id": ID, "title": TEXT, "title_en": TEXT, "creator_name": TEXT, "creator_name_en": TEXT,
            "cover_url": PICTURE, "anchors": [anchor | {"anchor_id": f"{n:064d}"} for n in range(20)],
        }
    )  # fmt: skip
    for event in video_events(video_of(wanted, ID, ID), [("published", ID)]):
        assert size(event) < RECORD_LIMIT
