"""Every word that the page asks for is there, in both languages, and none is left over."""

from __future__ import annotations

import re
from pathlib import Path

import host_demo

APP = Path(host_demo.__file__).parent / "web" / "assets" / "app"
TEXT = (APP / "i18n.js").read_text(encoding="utf-8")
WORDS = dict(re.findall(r"^  (\w+): \[(.*)\],$", TEXT, re.MULTILINE))
CODE = "".join(path.read_text(encoding="utf-8") for path in APP.glob("*.js") if path.name != "i18n.js")
BUILT = re.findall(r"t(?:Or)?\(`(\w+_)\$\{", CODE)
"""Beginnings of names that are put together from a code of the platform's, as in `status_${status}`."""
CODES = {
    "already_paid", "already_reviewed", "brand", "busy", "cancelled_before", "cancelled_by_buyer", "celebrity", "conflict", "content_refused", "coupon_expired", "coupon_limit_reached",
    "coupon_minimum", "coupon_not_started", "coupon_used_up", "creator", "delisted", "host_suspended",
    "invalid_content", "merchant", "merchant_unavailable", "not_found", "not_ready", "out_of_stock", "payment_closed", "payment_deadline", "platform",
    "price_changed", "quota_reached", "rate_limited", "refused", "return_not_allowed", "sharing_not_allowed", "suspended", "too_large", "too_many_addresses",
    "too_many_unpaid_orders", "unknown_address", "unknown_coupon", "unknown_sku", "wrong_state", "wrong_total",
}  # fmt: skip
"""Names that are codes of the platform's themselves."""
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff}][.,:;?!()]|[.,:;?!()][\u4e00-\u9fff]")
FIELDS = {"recipient", "phone", "region", "street"}
"""Names of the fields of an address."""


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = set(re.findall(r"\bt\('(\w+)'", CODE))
    assert asked
    assert (asked | CODES | FIELDS) - WORDS.keys() == set()


def test_no_word_is_left_over() -> None:
    def is_used(name: str) -> bool:
        return f"'{name}'" in CODE or name in CODES | FIELDS or any(name.startswith(begin) for begin in BUILT)

    assert [name for name in WORDS if not is_used(name)] == []


def test_both_languages_take_the_same_values() -> None:
    assert len(WORDS) > 200
    for name, line in WORDS.items():
        texts = re.findall(r"'((?:[^'\\]|\\.)*)'", line)
        assert len(texts) == 2, name
        assert set(re.findall(r"\{\d\}", texts[0])) == set(re.findall(r"\{\d\}", texts[1])), name


def test_chinese_has_full_width_punctuation() -> None:
    chinese = {name: line.split("', ")[0] for name, line in WORDS.items()}
    assert {name: text for name, text in chinese.items() if HALF_WIDTH.search(text)} == {}
