"""Reads Alipay's trade bill of a day: a zip with a CSV in GBK.

Source: Alipay open platform, "bill download", trade bill. Lines that begin with # are headings and sums; a tab follows each
id; a refund is a line of its own with its request number and a negative amount.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from payment.adapters.alipay.wire import GBK, Unreadable, decode, fen
from payment.domain.reconciliation import Movement

ORDER, KIND, AMOUNT, REQUEST = "商户订单号", "业务类型", "订单金额（元）", "退款批次号/请求号"
PAYMENT, REFUND = "交易", "退款"
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What zipfile raises for an archive that is damaged, encrypted, or packed in a way that it does not know."""


def read_bill(archive: bytes) -> Sequence[Movement]:
    """Every movement in the bill; raises Unreadable for anything that is not a trade bill with these columns."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            texts = [decode(files.read(name), GBK)[0] for name in files.namelist()]
    except DAMAGED as wrong:
        raise Unreadable(f"not a bill from Alipay: {type(wrong).__name__}") from None
    details = [text for text in texts if ORDER in text]
    if len(details) != 1:
        raise Unreadable(f"{len(details)} of the {len(texts)} files in the bill list trades; expected one")
    return [_movement(row) for row in _rows(details[0])]


def _rows(text: str) -> Iterator[dict[str, str]]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    try:
        for row in csv.DictReader(lines):
            if row.get(AMOUNT) is None or row.get(ORDER) is None or row.get(KIND) is None:
                raise Unreadable("a line of the bill lacks columns")
            yield {name: str(value or "").strip() for name, value in row.items() if name}
    except csv.Error:
        raise Unreadable("a line of the bill is not CSV") from None


def _movement(row: dict[str, str]) -> Movement:
    amount = fen(row[AMOUNT])
    if row[KIND] == PAYMENT:
        return Movement(row[ORDER], None, amount)
    if row[KIND] == REFUND and row.get(REQUEST):
        return Movement(row[ORDER], row[REQUEST], amount)
    raise Unreadable("a line of the bill is neither payment nor refund with its number")
