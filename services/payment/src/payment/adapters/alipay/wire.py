"""Alipay's formats: the texts that are signed, amounts in yuan, Beijing time, signed forms and answers.

Source: Alipay open platform, "signing" and "asynchronous notices". A request signs `sign_type`; a notice does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from payment.domain.days import BEIJING

MAX_FIELDS = 100
"""A notice has about thirty fields."""

UTF_8, GBK = "utf-8", "gb18030"
"""GB 18030 contains GBK and GB 2312."""
BYTES = "latin-1"
CERT_SN = "alipay_cert_sn"
"""Names the certificate that verifies an answer or a notice, in certificate mode."""
_YUAN = re.compile(r"(-?)(\d{1,9})(?:\.(\d{1,2}))?", re.ASCII)


class Unreadable(ValueError):
    """Not in Alipay's format; the text says why."""

    loggable: ClassVar[bool] = True


def request_text(params: Mapping[str, str]) -> str:
    """The signed text of a request: all parameters but `sign` and empty ones, sorted by name, before URL encoding."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "sign" and params[name])


def fen(text: str) -> int:
    """An amount in fen from a text in yuan; raises Unreadable for more than two decimals, and for other texts."""
    match = _YUAN.fullmatch(text.strip())
    if match is None:
        raise Unreadable("an amount is not in yuan")
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
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        raise Unreadable("a time is not in Alipay's format") from None


def decode(content: bytes, stated: str | None = None) -> tuple[str, str]:
    """The text, and the charset that it is in: the stated one if it fits, or else UTF-8, or else GBK; raises Unreadable.

    Alipay answers in GBK when it does not understand a call, and does not always say so.
    """
    charsets = (GBK, UTF_8) if (stated or "").lower() in ("gbk", "gb2312", GBK) else (UTF_8, GBK)
    for charset in charsets:
        try:
            return content.decode(charset), charset
        except UnicodeDecodeError:
            continue
    raise Unreadable("neither UTF-8 nor GBK")


def read_form(body: bytes) -> dict[str, bytes]:
    """A form's values as they were sent, in whichever charset; raises Unreadable.

    Empty values are left out, because Alipay does not sign them. A repeated name is refused: it is unclear which value was
    signed.
    """
    try:
        # one character for each byte
        pairs = parse_qsl(body.decode(BYTES), encoding=BYTES, max_num_fields=MAX_FIELDS)
    except ValueError as wrong:
        raise Unreadable(str(wrong)) from None
    form = {name: value.encode(BYTES) for name, value in pairs}
    if len(form) != len(pairs):
        raise Unreadable("a field is given twice")
    return form


def ascii_fields(form: Mapping[str, bytes]) -> dict[str, str]:
    """The values in ASCII, which mean the same in every charset: numbers, times, states, the signature."""
    return {name: value.decode("ascii") for name, value in form.items() if value.isascii()}


def notice_content(form: Mapping[str, bytes], *unsigned: str) -> bytes:
    """The signed bytes of a notice or a return: all but `sign`, `sign_type` and `unsigned`, sorted by name, as they were sent."""
    return b"&".join(
        name.encode(BYTES) + b"=" + form[name]
        for name in sorted(form)
        if name not in ("sign", "sign_type", *unsigned) and form[name]
    )


@dataclass(frozen=True, slots=True)
class SignedObject:
    """The response object of an answer: its fields, the exact bytes that were signed, the signature, if any, and in certificate
    mode the SN of the certificate that verifies it."""

    fields: dict[str, Any]
    signed: bytes
    signature: str | None
    cert_sn: str = ""


def read_answer(body: bytes, method: str, charset: str | None = None) -> SignedObject:
    """The response object of a gateway answer, exactly as it was sent; raises Unreadable. `charset` is the stated one.

    It is not serialised again: key order, spaces, `\\/` and the charset are part of what is signed.
    """
    text, charset = decode(body, charset)
    try:
        whole = json.loads(text)
    except ValueError:
        raise Unreadable("the answer is not JSON") from None
    if not isinstance(whole, dict):
        raise Unreadable("the answer is not a JSON object")
    name = method.replace(".", "_") + "_response"
    if name not in whole:
        name = "error_response"
    if not isinstance(whole.get(name), dict):
        raise Unreadable("the answer has no response object")
    opening = re.compile(rf'"{name}"\s*:\s*').search(text)
    if opening is None:
        raise Unreadable("the response object's name is escaped")
    fields, end = json.JSONDecoder().raw_decode(text, opening.end())
    if fields != whole[name]:
        raise Unreadable("the answer has the response object twice")
    signed = slice(len(text[: opening.end()].encode(charset)), len(text[:end].encode(charset)))
    signature, sn = whole.get("sign"), whole.get(CERT_SN)
    return SignedObject(
        fields,
        body[signed],
        signature if isinstance(signature, str) else None,
        sn if isinstance(sn, str) else "",
    )
