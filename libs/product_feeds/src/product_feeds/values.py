"""Reads the values of a feed's fields as people write them. Raises ValueError, which says what would be right."""

from __future__ import annotations

import html
import re
from decimal import Decimal

from contracts.api.common import CONTROL
from contracts.api.stock import MAX_QUANTITY

MAX_FEN = 100_000_000_000

_AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{1,9}))?", re.ASCII)
_CURRENCY = re.compile(r"^(CNY|RMB|[¥￥])\s*|\s*(CNY|RMB|元)$", re.IGNORECASE)
_OTHER_CURRENCY = re.compile(r"[A-Z]{3}|[$€£₹₩]", re.IGNORECASE)
_CONTROL = re.compile(f"[{CONTROL}]")
_HIDDEN = re.compile(r"<(script|style)\b.{0,20000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LINE_END = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-z/!][^<>]{0,2000})>", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
_EMPTY_LINES = re.compile(r"\s*\n\s*")

IN_STOCK = frozenset(
    {"in stock", "instock", "available", "limited availability", "true", "yes", "1", "有货", "现货", "有库存"}
)
OUT_OF_STOCK = frozenset(
    {
        "out of stock", "outofstock", "soldout", "sold out", "unavailable", "discontinued", "preorder", "pre order", "backorder",
        "back order", "false", "no", "0", "缺货", "无货", "售罄", "预售",
    }
)  # fmt: skip
"""Preorders and backorders count as out of stock: the platform sells only what is in stock."""


def read_price(text: str) -> int:
    """The amount in fen of `12.00 CNY`, `¥12`, `1,234.5 元` or `12`. The platform sells in yuan only."""
    amount = _CURRENCY.sub("", _CURRENCY.sub("", text.strip(), count=1), count=1).strip()
    found = _AMOUNT.fullmatch(amount)
    if found is None:
        if _OTHER_CURRENCY.search(amount):
            raise ValueError("the currency must be CNY, as in 12.00 CNY")
        raise ValueError("must be an amount with a point before its fen, as in 12.00 CNY")
    fen = Decimal(f"{found[1].replace(',', '')}.{found[2] or 0}") * 100
    if fen != int(fen):
        raise ValueError("must have at most two digits after the point, as in 12.00 CNY")
    if not 1 <= fen <= MAX_FEN:
        raise ValueError(f"must be from 0.01 to {MAX_FEN // 100} CNY")
    return int(fen)


def read_availability(text: str) -> bool:
    """Whether it is in stock, in any of the usual spellings (`in_stock`, `In Stock`, `https://schema.org/InStock`, `有货`)."""
    said = text.strip().rpartition("schema.org/")[2].casefold().replace("_", " ").replace("-", " ")
    if said in IN_STOCK:
        return True
    if said in OUT_OF_STOCK:
        return False
    raise ValueError("must be in_stock or out_of_stock")


def read_quantity(text: str) -> int:
    """A number of pieces, also written `5.0` or `1,000`."""
    digits = text.strip().replace(",", "")
    digits = digits.rstrip("0").removesuffix(".") if re.fullmatch(r"[0-9]+\.0+", digits, re.ASCII) else digits
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and int(digits) <= MAX_QUANTITY):
        raise ValueError(f"must be a whole number from 0 to {MAX_QUANTITY}")
    return int(digits)


def plain_line(text: str) -> str:
    """The text in one line: without HTML, control characters and double blanks."""
    return " ".join(plain_text(text).split())


def plain_text(text: str) -> str:
    """The text that a reader of the HTML in it would see, with its paragraphs as lines."""
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = html.unescape(text)
        if "<" in text:  # the feed's author escaped twice
            text = html.unescape(_without_tags(text))
    text = _CONTROL.sub("", text.replace("\r", "\n"))
    return _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _without_tags(text: str) -> str:
    text = _HIDDEN.sub(" ", text)
    return _TAG.sub(" ", _LINE_END.sub("\n", text))
