"""An order's seal is proof of what checkout asked for, also after another service has passed the order on."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.checkout import Attribution, OrderLine, OrderPlaced
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.tokens.order_seals import is_sealed, sealed

SECRET = secrets.token_hex(32)
NOW = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
LINE = OrderLine(
    sku_id="sku-1", product_id="p-1", title="葡萄酒", unit_price=cny(500), quantity=2, line_total=cny(1000),
    product_version=1, terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
)  # fmt: skip
ORDER = OrderPlaced(
    version=1, order_id="shop_1", mini_program_id="shop", at=NOW, host_id="h", openid="o", lines=(LINE,), total=cny(1000),
    attribution=Attribution(surface="direct", creator_id="c-1"), region="浙江", expires_at=NOW + timedelta(minutes=15),
    merchant="default", subject="葡萄酒", return_url="https://shop.example/",
)  # fmt: skip


def test_a_sealed_order_is_recognised_after_it_was_written_and_read_again() -> None:
    passed_on = OrderPlaced.model_validate_json(sealed(ORDER, SECRET).model_dump_json(), strict=True)
    assert is_sealed(passed_on, SECRET)


def test_a_service_of_another_version_may_drop_or_add_what_the_seal_does_not_cover() -> None:
    document = sealed(ORDER, SECRET).model_dump(mode="json")
    document["lines"][0]["attributes"] = {}
    document["coupon_code"] = "TEA"
    assert is_sealed(OrderPlaced.model_validate(document | {"of_a_later_version": 1}), SECRET)


@pytest.mark.parametrize(
    "other",
    [
        {"order_id": "shop_2"},
        {"mini_program_id": "other"},
        {"openid": "o-thief"},
        {"total": cny(1)},
        {"subtotal": cny(1000)},
        {"discount": cny(1)},
        {"delivery_fee": cny(0)},
        {"lines": ()},
        {"lines": (LINE.model_copy(update={"line_total": cny(1)}),)},
        {"lines": (LINE.model_copy(update={"sku_id": "sku-2"}),)},
        {"lines": (LINE.model_copy(update={"quantity": 3}),)},
        {"lines": (LINE.model_copy(update={"terms": CommissionTerms(platform_bp=0, creator_bp=1000, terms_version=1)}),)},
        {"attribution": Attribution(surface="direct", creator_id="c-2")},
        {"merchant": "other"},
        {"payment_product": "app"},
        {"subject": "茶"},
        {"return_url": None},
        {"expires_at": NOW + timedelta(minutes=16)},
        {"seal": None},
        {"seal": ""},
        {"seal": "密封"},
    ],
)  # fmt: skip
def test_an_order_that_differs_in_one_field_is_not_sealed(other: dict[str, Any]) -> None:
    assert not is_sealed(sealed(ORDER, SECRET).model_copy(update=other), SECRET)


def test_another_secret_seals_nothing() -> None:
    assert not is_sealed(sealed(ORDER, secrets.token_hex(32)), SECRET)
