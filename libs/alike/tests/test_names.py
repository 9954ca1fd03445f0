"""Which names are equal, and which hold another."""

from __future__ import annotations

import pytest

from alike.names import holds, keys_of, name_key


@pytest.mark.parametrize(
    "other",
    [
        "小米有品", "小米優品", "小米有 品", "小米·有品", "Xiaomi Youpin", "XIAOMIYOUPIN", "xiaomi-youpin", "Ｘｉａｏｍｉ　Ｙｏｕｐｉｎ", "Xiaómi Youpin",
        "xi\u0430omi youpin", "小米Youpin", "X\u026aaom\u0456 Y\u0585up\u0131n", "Xiaoml Youp1n", "Xia0mi YOUP\u0406N", "Xi\u13aaomi Y\u1d0fupin", "Xi\u0251omi Youpin",
        "Xiaomi\u3164Youpin",
    ],
)  # fmt: skip
def test_a_name_equals_its_other_spellings(other: str) -> None:
    assert name_key(other) == name_key("小米有品")


@pytest.mark.parametrize("other", ["小米", "小米有品官方", "大米有品", "Xiaomi", "xiaomi youpin 2", ""])
def test_another_name_is_not_equal(other: str) -> None:
    assert name_key(other) != name_key("小米有品")


def test_equal_names_have_one_key_and_names_without_letters_none() -> None:
    assert keys_of(["Nova", "nova", "☆☆☆", "小米"]) == [name_key("Nova"), name_key("小米")]


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("Nova 官方", "Nova"), ("Nova旗舰店", "Nova"), ("官方NOVA店", "Nova"), ("NovaStore", "Nova"), ("the n0va shop", "Nova"),
        ("Ｎｏｖａ官方", "Nova"), ("小米旗舰店", "小米"), ("Xiao Mi shop", "小米"), ("Xiaomi旗舰店", "小米"), ("小米 官方", "Xiaomi"),
        ("Hillside Tea Official", "Hillside  Tea"), ("Nova🎁gifts", "Nova"), ("Nova_官方", "Nova"), ("Н\u043eva官方", "Hova"),
    ],
)  # fmt: skip
def test_a_name_holds_a_brand_with_more_around_it(name: str, brand: str) -> None:
    assert holds(name, brand)


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("Novartis", "Nova"), ("Supernova", "Nova"), ("Nova", "Nova"), ("大米铺", "小米"), ("米铺", "米"), ("A tea", "A"),
        ("☆ shop", "☆☆"), ("", "Nova"), ("Side Tea", "Hillside Tea"),
    ],
)  # fmt: skip
def test_a_part_of_a_word_and_the_name_itself_are_not_held(name: str, brand: str) -> None:
    assert not holds(name, brand)


def test_a_long_name_is_compared_quickly_enough_to_be_compared_at_all() -> None:
    assert holds("茶" * 90 + "小米", "小米")
