"""A client of Alipay's gateway: signs links, order strings and calls, and verifies the answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from payment.adapters.alipay.merchants import Merchant
from payment.adapters.alipay.wire import Unreadable, beijing, read_answer, request_text
from runtime.clock import Clock

log = logging.getLogger(__name__)

OK, BUSINESS_FAILED = "10000", "40004"
MAX_BYTES = 64 * 1024 * 1024
"""Of one answer; the zipped bill of a busy day stays below it."""
TIMEOUT_SECONDS = 8.0
"""Longer than the gateway usually takes; shorter than the deadline of our own calls (10 s)."""

Biz = Mapping[str, object]


class NoAnswer(Exception):
    """No reliable answer arrived; the call may have taken effect or not."""

    loggable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Reply:
    """A verified answer: success (10000) with its fields, or a business failure (40004) with its sub_code."""

    ok: bool
    sub_code: str
    fields: Mapping[str, Any]


class AlipayGateway:
    """Calls the gateway for one merchant. Values are signed raw and URL-encoded afterwards."""

    def __init__(self, merchant: Merchant, http: Callable[[], aiohttp.ClientSession], clock: Clock) -> None:
        self._merchant = merchant
        self._http = http
        self._clock = clock
        self._address, self._pages = URL(merchant.gateway_url), URL(merchant.page_url)

    def link(self, method: str, biz: Biz, *, notify_url: str, return_url: str, now: datetime) -> str:
        """The address of a page of the gateway, to open in a browser (trade.wap.pay, trade.page.pay)."""
        params = self._signed(method, biz, now, notify_url=notify_url, return_url=return_url)
        return str(self._pages.with_query(params))

    def order_string(self, method: str, biz: Biz, *, notify_url: str, now: datetime) -> str:
        """The text for Alipay's SDK in an app (trade.app.pay)."""
        return urlencode(self._signed(method, biz, now, notify_url=notify_url))

    async def call(self, method: str, biz: Biz, *, notify_url: str = "") -> Reply:
        """Call the gateway. Raises NoAnswer for anything but a signed success or a signed business failure."""
        params = self._signed(method, biz, self._clock(), notify_url=notify_url)
        body = {"biz_content": params.pop("biz_content")}
        try:
            answer, charset = await self._fetch(
                "POST", self._address.with_query(params), urlencode(body).encode()
            )
            found = read_answer(answer, method, charset)
        except Unreadable as wrong:
            raise NoAnswer(str(wrong)) from None
        if found.signature is None or not self._merchant.alipay_keys.verify(found.signed, found.signature):
            raise NoAnswer(f"Alipay did not sign the answer: code {found.fields.get('code')}")
        code, sub_code = str(found.fields.get("code")), str(found.fields.get("sub_code", ""))
        if code not in (OK, BUSINESS_FAILED):
            if code.startswith("4"):  # our code or our settings are wrong: a retry will not help
                log.error(
                    "Alipay refuses our calls", extra={"method": method, "code": code, "sub_code": sub_code}
                )
            raise NoAnswer(f"code {code} {sub_code}")
        return Reply(code == OK, sub_code, found.fields)

    async def download(self, address: str) -> bytes:
        """The content at an address from the gateway; raises NoAnswer."""
        content, _ = await self._fetch("GET", URL(address), None)
        return content

    async def _fetch(self, verb: str, address: URL, body: bytes | None) -> tuple[bytes, str | None]:
        """The answer's content, and the charset that its header states."""
        headers = {"Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded;charset=utf-8"
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, connect=2)
        try:
            async with self._http().request(
                verb, address, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise NoAnswer(f"HTTP status {answer.status}")
                content = bytearray()
                async for chunk in answer.content.iter_chunked(64 * 1024):
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise NoAnswer(f"an answer of more than {MAX_BYTES} bytes")
                return bytes(content), answer.charset
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise NoAnswer(f"{type(fault).__name__}") from None

    def _signed(
        self, method: str, biz: Biz, now: datetime, *, notify_url: str = "", return_url: str = ""
    ) -> dict[str, str]:
        params = {
            "app_id": self._merchant.collector.app,
            "biz_content": orjson.dumps(biz).decode(),
            "charset": "utf-8",
            "format": "JSON",
            "method": method,
            "sign_type": "RSA2",
            "timestamp": beijing(now),
            "version": "1.0",
        }
        if notify_url:
            params["notify_url"] = notify_url
        if return_url:
            params["return_url"] = return_url
        params["sign"] = self._merchant.key.sign(request_text(params))
        return params
