"""Sizes and model numbers, which people write joined or apart: `500 ml`, `0.5L` and `500毫升` are one token."""

from __future__ import annotations

import re

_UNITS: dict[str, tuple[str, float]] = {
    "ml": ("ml", 1), "毫升": ("ml", 1), "cl": ("ml", 10), "l": ("ml", 1000), "升": ("ml", 1000), "litre": ("ml", 1000),
    "litres": ("ml", 1000), "liter": ("ml", 1000), "liters": ("ml", 1000),
    "g": ("g", 1), "克": ("g", 1), "kg": ("g", 1000), "公斤": ("g", 1000), "千克": ("g", 1000), "斤": ("g", 500),
    "mm": ("mm", 1), "毫米": ("mm", 1), "cm": ("mm", 10), "厘米": ("mm", 10), "公分": ("mm", 10), "m": ("mm", 1000),
    "米": ("mm", 1000), "inch": ("in", 1), "inches": ("in", 1), "in": ("in", 1), '"': ("in", 1), "″": ("in", 1),
    "寸": ("in", 1), "英寸": ("in", 1), "ft": ("ft", 1), "oz": ("oz", 1), "lb": ("lb", 1),
    "gb": ("gb", 1), "tb": ("tb", 1), "mb": ("mb", 1), "w": ("w", 1), "瓦": ("w", 1), "kw": ("w", 1000), "mah": ("mah", 1),
    "毫安": ("mah", 1), "v": ("v", 1), "hz": ("hz", 1), "lm": ("lm", 1), "mp": ("mp", 1),
    "度": ("deg", 1), "°": ("deg", 1), "°c": ("deg", 1), "%": ("deg", 1), "% vol": ("deg", 1), "%vol": ("deg", 1),
}  # fmt: skip
"""Unit as written: the unit that it is counted in, and how many of them it is."""
_units = "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))
_measure = re.compile(rf"(?<![\w.,-])(\d{{1,6}}(?:\.\d{{1,3}})?)[ -]?({_units})(?![a-z0-9])")
_han_before = re.compile(rf"(?<=[\u3400-\u9fff])(\d{{1,6}}(?:\.\d{{1,3}})?)[ -]?({_units})(?![a-z0-9])")
_has_digit = re.compile(r"\d")
_word_and_number = re.compile(r"([a-z]{3,})(\d+)|(\d+)([a-z]{3,})")
_code = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)+")


def measures_in(folded: str) -> tuple[list[str], str]:
    """The sizes in a folded text, each as a token, and the text without them."""
    if not _has_digit.search(folded):
        return [], folded
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        unit, factor = _UNITS[match[2]]
        found.append(f"{float(match[1]) * factor:g}{unit}")
        return " "

    return found, _han_before.sub(take, _measure.sub(take, folded))


def codes_in(folded: str) -> list[str]:
    """Model numbers that are written with hyphens, without them: `wh-1000xm5` is `wh1000xm5`."""
    if not _has_digit.search(folded):
        return []
    return [re.sub(r"[-./]", "", code) for code in _code.findall(folded) if _has_digit.search(code)]


def word_and_number(word: str) -> list[str]:
    """The word and the number that a folded `iphone12` or `128glass` is made of; nothing for all other words, model numbers
    such as `wh1000xm5` among them."""
    match = None if word.isalpha() or word.isdigit() else _word_and_number.fullmatch(word)
    return [part for part in match.groups() if part] if match else []
