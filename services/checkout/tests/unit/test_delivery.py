"""What delivery costs: the region's own fee, the flat one, or nothing."""

import pytest

from checkout.domain.delivery import DeliveryTerms, RegionFee
from checkout.domain.divisions import division_of
from checkout.domain.errors import RegionTwice

TERMS = DeliveryTerms(
    "mp000001",
    flat=800,
    free_from=9900,
    regions=(RegionFee("新疆", 2500), RegionFee("Shaanxi", 500)),
    version=1,
)


@pytest.mark.parametrize(
    ("region", "fee"),
    [
        ("新疆维吾尔自治区乌鲁木齐市", 2500),
        ("Urumqi, Xinjiang", 2500),
        ("XINJIANG", 2500),
        ("陕西省西安市", 500),
        ("Xi'an, Shaanxi Province", 500),
        ("山西省太原市", 800),
        ("Taiyuan, Shanxi", 800),
        ("Hainan Tibetan Autonomous Prefecture, Qinghai", 800),
        ("Ontario", 800),
        (None, 800),
    ],
)
def test_the_fee_is_that_of_the_first_level_division_or_else_the_flat_one(
    region: str | None, fee: int
) -> None:
    assert TERMS.fee(100, region) == fee


@pytest.mark.parametrize(
    ("region", "division"),
    [
        ("浙江省杭州市西湖区", "浙江"),
        ("Xihu District, Hangzhou, Zhejiang", "浙江"),
        ("Zhejiang", "浙江"),
        ("Ｚhejiang  Hangzhou", "浙江"),
        ("Hainan Tibetan Autonomous Prefecture, Qinghai", "青海"),
        ("内蒙古自治区呼和浩特市", "内蒙古"),
        ("Hohhot, Inner Mongolia", "内蒙古"),
        ("Toronto, Ontario", "ontario"),
        ("Hangzhou", "hangzhou"),
    ],
)
def test_a_division_is_known_in_chinese_and_english(region: str, division: str) -> None:
    assert division_of(region) == division


def test_delivery_is_free_everywhere_from_the_stated_subtotal_on() -> None:
    assert [TERMS.fee(subtotal, "新疆") for subtotal in (9899, 9900, 10_000)] == [2500, 0, 0]


def test_delivery_is_free_where_no_terms_were_set() -> None:
    assert DeliveryTerms("mp000001").fee(1, "新疆") == 0


def test_a_region_has_one_fee_however_it_is_written() -> None:
    with pytest.raises(RegionTwice, match="新疆") as refusal:
        TERMS.changed_to(800, None, (RegionFee("Xinjiang", 1), RegionFee("西藏", 2), RegionFee("新疆", 3)))
    assert refusal.value.number == 2


def test_a_change_that_changes_nothing_has_no_version_of_its_own() -> None:
    assert TERMS.changed_to(TERMS.flat, TERMS.free_from, TERMS.regions) is TERMS
    assert TERMS.changed_to(0, None, ()).version == 2
