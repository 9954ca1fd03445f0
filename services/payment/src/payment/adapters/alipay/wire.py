"""Alipay's formats: the texts that are signed, amounts in yuan, Beijing time, signed forms and answers.

Source: Alipay open platform, "signing" and "asynchronous notices". A request signs `sign_type`; a notice does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from payment.domain.days import BEIJING

MAX_FIELDS = 100
"""A notice has about thirty fields."""

CHARSETS = frozenset({"utf-8", "gbk", "gb2312", "gb18030"})
_CHARSET = re.compile(r"(?:^|&)charset=([^&]*)(?:&|$)")
_YUAN = re.compile(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


class Unreadable(ValueError):
    """Not in Alipay's format; the text says why."""


def request_text(params: Mapping[str, str]) -> str:
    """The signed text of a request: all parameters but `sign` and empty ones, sorted by name, before URL encoding."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "sign" and params[name])


def notice_text(params: Mapping[str, str]) -> str:
    """The signed text of a notice or a return: all but `sign`, `sign_type` and empty ones, sorted by name, decoded."""
    return "&".join(
        f"{name}={params[name]}"
        for name in sorted(params)
        if name not in ("sign", "sign_type") and params[name]
    )


def yuan(fen: int) -> str:
    """An amount in Alipay's format: `129.00`."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """An amount in fen from a text in yuan; raises Unreadable for more than two decimals, and for other texts."""
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise Unreadable(f"{text!r} is not an amount in yuan")
    sign, whole, part = match.groups()
    amount = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return -amount if sign else amount


def beijing(moment: datetime) -> str:
    """A moment in Alipay's format, in whole seconds."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> datetime:
    """A moment from Alipay's format (milliseconds are kept); raises Unreadable."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        raise Unreadable(f"{text!r} is not a time in Alipay's format") from None


def read_form(body: bytes) -> dict[str, str]:
    """A form's values, decoded with the charset that it names; raises Unreadable.

    Empty values are left out, because Alipay does not sign them. A repeated name is refused: it is unclear which value was
    signed.
    """
    try:
        text = body.decode("ascii")
        named = _CHARSET.search(text)
        charset = named[1].lower() if named else "utf-8"
        if charset not in CHARSETS:
            raise Unreadable(f"charset {charset!r} is not one that Alipay uses")
        pairs = parse_qsl(text, encoding=charset, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise Unreadable("the form is not in the charset that it names") from None
    except ValueError as wrong:
        raise Unreadable(str(wrong)) from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Unreadable("a field is given twice")
    return form


def notice_content(form: Mapping[str, str]) -> bytes:
    """The signed bytes of a notice or return, in the charset that it names; raises Unreadable."""
    charset = form.get("charset", "utf-8").lower()
    if charset not in CHARSETS:
        raise Unreadable(f"charset {charset!r} is not one that Alipay uses")
    try:
        return notice_text(form).encode(charset)
    except UnicodeEncodeError:
        raise Unreadable("the form has characters that its charset lacks") from None


@dataclass(frozen=True, slots=True)
class SignedObject:
    """The response object of an answer: its fields, the exact bytes that were signed, and the signature, if any."""

    fields: dict[str, Any]
    signed: bytes
    signature: str | None


def read_answer(body: bytes, method: str) -> SignedObject:
    """The response object of a gateway answer, exactly as it was sent; raises Unreadable.

    It is not serialised again: key order, spaces and `\\/` are part of the signed text.
    """
    try:
        text = body.decode("utf-8")
        whole = json.loads(text)
    except ValueError:
        raise Unreadable("the answer is not JSON in UTF-8") from None
    if not isinstance(whole, dict):
        raise Unreadable("the answer is not a JSON object")
    name = method.replace(".", "_") + "_response"
    if name not in whole:
        name = "error_response"
    if not isinstance(whole.get(name), dict):
        raise Unreadable("the answer has no response object")
    start = re.compile(rf'"{name}"\s*:\s*').search(text)
    if start is None:
        raise Unreadable("the response object's name is escaped")
    fields, end = json.JSONDecoder().raw_decode(text, start.end())
    if fields != whole[name]:
        raise Unreadable("the answer has the response object twice")
    signature = whole.get("sign")
    return SignedObject(
        fields, text[start.end() : end].encode(), signature if isinstance(signature, str) else None
    )
