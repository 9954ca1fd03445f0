"""A viewer shares a product: one code for each sharer and product, within limits."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from sharecode_support.client import PER_DAY, PER_MINUTE, CodesClient

from contracts.catalog import ProductDelisted


async def test_the_same_sharer_and_product_give_the_same_code_whatever_the_look(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    status, first, _ = await codes.share(product)
    again, second, _ = await codes.share(
        product, width=900, line_color="#103070", transparent=True, caption="茶"
    )
    other = await codes.shared(product, f"{codes.amy}b")
    assert (status, again) == (201, 200)
    assert first["code"] == second["code"] != other["code"]
    assert second["image_url"].startswith(
        f"http://gateway/v1/share-codes/{first['code']}/image.png?width=900"
    )
    assert first["expires_at"] is None
    assert await codes.events_of(first["code"], 1) == [("ShareCodeCreated", codes.amy)]


async def test_fifty_equal_calls_at_once_create_one_code_and_count_once(codes: CodesClient) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    before = (await codes.call("GET", f"{codes.own}/quota", codes.owner))[1]
    answers = await asyncio.gather(*(codes.share(product, codes.amy) for _ in range(50)))
    assert {a[0] for a in answers} <= {200, 201, 429}
    assert [a[0] for a in answers].count(201) == 1
    assert len({a[1]["code"] for a in answers if a[0] != 429}) == 1
    assert (await codes.share(product, codes.amy))[0] == 200
    after = (await codes.call("GET", f"{codes.own}/quota", codes.owner))[1]
    assert after["codes"] == before["codes"] + 1
    # the minute may have ended in between
    assert after["per_minute"]["used"] in (before["per_minute"]["used"] + 1, 1, 0)


async def test_a_viewer_reaches_the_daily_limit_and_existing_codes_still_work(codes: CodesClient) -> None:
    products = [f"p{n}" + secrets.token_hex(4) for n in range(PER_DAY + 1)]
    await codes.publish(*(codes.product(p) for p in products))
    for product in products[:PER_DAY]:
        assert (await codes.share(product, codes.amy))[0] == 201
    status, problem, headers = await codes.share(products[-1], codes.amy)
    assert (status, problem["code"]) == (429, "quota_reached")
    assert 0 < int(headers["Retry-After"]) <= 86_400
    assert (await codes.share(products[0], codes.amy))[0] == 200, "the same call is not counted again"


async def test_a_mini_program_reaches_its_limit_per_minute_and_its_owner_reads_the_quota(
    codes: CodesClient,
) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))

    async def reached() -> dict[str, Any]:
        """The minute may end while its codes are made: then the next one fills up."""
        for n in range(PER_MINUTE):
            status, problem, headers = await codes.share(product, f"o_{n}_{secrets.token_hex(4)}")
            if status == 429:
                return {"problem": problem, "headers": headers}
        return {}

    refused = await codes.eventually(reached, within=60, what="the limit to be reached")
    assert refused["problem"]["code"] == "quota_reached"
    assert 0 < int(refused["headers"]["Retry-After"]) <= 60
    _, quota, _ = await codes.call("GET", f"{codes.own}/quota", codes.owner)
    minute = quota["per_minute"]
    assert minute["limit"] == PER_MINUTE
    assert minute["left"] == PER_MINUTE - minute["used"]
    assert quota["per_sharer_and_day"] == PER_DAY
    assert quota["codes"] >= PER_MINUTE
    assert minute["resets_at"].endswith("Z")


@pytest.mark.parametrize(
    "look",
    [
        {"width": 279},
        {"width": 1281},
        {"line_color": "red"},
        {"line_color": "#ffcc00"},
        {"caption": "x" * 41},
    ],
)
async def test_a_share_with_an_impossible_look_names_the_field(
    codes: CodesClient, look: dict[str, Any]
) -> None:
    product = "p" + secrets.token_hex(4)
    await codes.publish(codes.product(product))
    status, problem, _ = await codes.share(product, **look)
    assert (status, problem["errors"][0]["field"]) == (422, next(iter(look)))


async def test_a_product_that_may_not_be_shared_or_does_not_exist_gives_no_code(codes: CodesClient) -> None:
    private, delisted = "p" + secrets.token_hex(4), "p" + secrets.token_hex(4)
    gone = ProductDelisted(
        **codes.product(delisted).model_dump(exclude={"listed", "version"}), listed=False, version=2
    )
    await codes.publish(
        codes.product(private, share_allowed=False), gone, codes.product("p" + secrets.token_hex(4))
    )
    for product in (private, delisted):
        status, problem, _ = await codes.share(product)
        assert (status, problem["code"]) == (409, "sharing_not_allowed")
    assert (await codes.share("nothing"))[0] == 404
