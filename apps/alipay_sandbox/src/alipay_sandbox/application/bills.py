"""Bills: an address that is good for 30 seconds, and the zip that lies there."""

import hashlib
import hmac
import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.bill import (
    Line,
    Period,
    account_number,
    detail_text,
    lines_of,
    parse_period,
    summary_text,
)
from alipay_sandbox.domain.failures import business, invalid

LIFETIME = timedelta(seconds=30)


class Bills:
    """Trade bills of any past day or month, and of today so far, which the real ones leave out."""

    def __init__(self, store: TradeStore, secret: bytes, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock

    async def address(self, seller_id: str, kind: str, day: str, origin: str) -> str:
        """Where the bill can be fetched; isp.bill_not_exist for a day without money moved or still to come."""
        if kind != "trade":
            raise invalid("parameter", "bill_type: 沙箱只模拟 trade")
        period = _period(day)
        if period.first > beijing.day_of(self._clock()) or not await self._lines(seller_id, period):
            raise business("isp.bill_not_exist")
        expires = str(int((self._clock() + LIFETIME).timestamp()))
        token = self._token(seller_id, day, expires)
        query = {
            "bizType": kind,
            "userId": account_number(seller_id),
            "fileType": "csv.zip",
            "bizDates": day,
            "downloadFileName": file_name(seller_id, day),
            "timestamp": expires,
            "token": token,
        }
        return f"{origin}/downloadBillFile.resource?{urlencode(query)}"

    async def archive(self, account: str, day: str, expires: str, token: str) -> bytes | None:
        """The zip behind such an address; None if it was not given out or its time is over."""
        seller_id = account.removesuffix("0156")
        good = hmac.compare_digest(token.encode(), self._token(seller_id, day, expires).encode())
        if not good or int(expires) < self._clock().timestamp():
            return None
        period = _period(day)
        lines = await self._lines(seller_id, period)
        name = f"{account_number(seller_id)}_{day.replace('-', '')}"
        now = self._clock()
        return _zip(
            {
                f"{name}_业务明细.csv": detail_text(seller_id, period, lines, now),
                f"{name}_业务明细(汇总).csv": summary_text(seller_id, period, lines, now),
            }
        )

    async def _lines(self, seller_id: str, period: Period) -> list[Line]:
        return lines_of(await self._store.with_money_moved(seller_id, period.start, period.end), period)

    def _token(self, seller_id: str, day: str, expires: str) -> str:
        text = f"{seller_id} {day} {expires}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def file_name(seller_id: str, day: str) -> str:
    """What the downloaded file is called."""
    return f"{account_number(seller_id)}_{day.replace('-', '')}.csv.zip"


def _period(day: str) -> Period:
    try:
        return parse_period(day)
    except ValueError as error:
        raise invalid("parameter", "bill_date 格式为 yyyy-MM-dd 或 yyyy-MM") from error


def _zip(files: dict[str, str]) -> bytes:
    """A zip whose file names are GBK without a mark that says so, as in the real one.

    zipfile can only write ASCII or marked UTF-8 names, so each name goes in as ASCII of the same length first.
    """
    packed = io.BytesIO()
    names = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, text) in enumerate(files.items()):
            raw = name.encode("gbk")
            stand_in = f"<{number}>".ljust(len(raw), "_")
            names[stand_in.encode()] = raw
            archive.writestr(stand_in, text.encode("gbk", "replace"))
    content = packed.getvalue()
    for stand_in_bytes, raw in names.items():
        content = content.replace(stand_in_bytes, raw)
    return content
