"""Which names of a draft are flagged, and which may be taken."""

from __future__ import annotations

import pytest

from catalog.domain.content import Content
from catalog.domain.errors import Refused
from catalog.domain.names import Holder, brands_within, likenesses, must_be_free

BRAND = Holder("小米有品", "brand-1", "小米", is_protected=True, mini_program_id="youpin00001")
SHOP = Holder("小米有品", "shop-1", "Somebody", is_protected=False, mini_program_id="otherone001")


def test_each_name_of_a_draft_is_compared() -> None:
    draft = Content("Tea", "ecommerce", name_en="xiaomi youpin", aliases=("茶", "小米優品"))
    found = likenesses(draft, [SHOP])
    assert [(one.field, one.name) for one in found] == [
        ("name_en", "xiaomi youpin"),
        ("aliases[1]", "小米優品"),
    ]
    assert "mini program otherone001 of Somebody" in found[0].message


def test_the_name_of_a_verified_brand_is_taken_for_everybody_else() -> None:
    found = likenesses(Content("XIAOMI YOUPIN", "ecommerce"), [BRAND])
    with pytest.raises(Refused, match="verified brand 小米") as refused:
        must_be_free("shop-1", found)
    assert refused.value.code == "name_taken"
    must_be_free("brand-1", found)


def test_the_name_of_anybody_else_may_be_taken_and_is_flagged() -> None:
    found = likenesses(Content("小米有品", "ecommerce"), [SHOP])
    must_be_free("brand-1", found)
    assert len(found) == 1


def test_a_name_without_letters_equals_none() -> None:
    assert likenesses(Content("☆☆☆", "ecommerce"), [Holder("***", "o", "O", is_protected=True)]) == []


def test_a_name_with_a_brands_name_in_it_is_flagged_and_may_be_taken() -> None:
    brand = Holder("Nova", "brand-1", "Nova", is_protected=True)
    found = brands_within(Content("Nova旗舰店", "ecommerce", aliases=("Novartis", "nova 官方")), [brand])
    assert [(one.field, one.message) for one in found] == [
        ("name", "Nova旗舰店 contains Nova, a name of the verified brand Nova."),
        ("aliases[1]", "nova 官方 contains Nova, a name of the verified brand Nova."),
    ]
    must_be_free("shop-1", found)
