"""A client of Alipay's gateway: signs links, order strings and calls, and verifies what Alipay sends."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from payment.adapters.alipay.certificates import SN, AlipayCertificates
from payment.adapters.alipay.merchants import Merchant
from payment.adapters.alipay.wire import CERT_SN, SignedObject, Unreadable, beijing, read_answer, request_text
from runtime.clock import Clock
from runtime.errors import redacted

log = logging.getLogger(__name__)

OK, BUSINESS_FAILED = "10000", "40004"
MAX_BYTES = 64 * 1024 * 1024
"""Of one answer; the zipped bill of a busy day stays below it."""
TIMEOUT_SECONDS = 8.0
"""Longer than the gateway usually takes; shorter than the deadline of our own calls (10 s)."""
CERT_DOWNLOAD = "alipay.open.app.alipaycert.download"
FETCH_AGAIN = timedelta(minutes=1)
"""After a certificate could not be fetched."""
FETCHES_FOR_NOTICES = timedelta(seconds=10)
"""Between two certificates that are fetched for notices: anybody can send one that names a certificate."""
MAX_REFUSED = 100

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
        self._fetching = asyncio.Lock()
        self._refused: dict[str, datetime] = {}
        self._next_for_notice: datetime | None = None

    @property
    def merchant(self) -> Merchant:
        """The merchant."""
        return self._merchant

    def link(self, method: str, biz: Biz, *, notify_url: str, return_url: str, now: datetime) -> str:
        """The address of a page of the gateway, to open in a browser (trade.wap.pay, trade.page.pay)."""
        params = self._signed(method, biz, now, notify_url=notify_url, return_url=return_url)
        return str(self._pages.with_query(params))

    def order_string(self, method: str, biz: Biz, *, notify_url: str, now: datetime) -> str:
        """The text for Alipay's SDK in an app (trade.app.pay)."""
        return urlencode(self._signed(method, biz, now, notify_url=notify_url))

    async def call(self, method: str, biz: Biz, *, notify_url: str = "") -> Reply:
        """Call the gateway. Raises NoAnswer for anything but a signed success or a signed business failure."""
        found = await self._answer(method, biz, notify_url)
        signature = found.signature
        if signature is None or not await self.signed_by_alipay([found.signed], signature, found.cert_sn):
            raise NoAnswer(f"Alipay did not sign the answer: code {found.fields.get('code')}")
        code, sub_code = str(found.fields.get("code")), str(found.fields.get("sub_code", ""))
        if code not in (OK, BUSINESS_FAILED):
            if code.startswith("4"):  # our code or our settings are wrong: a retry will not help
                log.error(
                    "Alipay refuses our calls", extra={"method": method, "code": code, "sub_code": sub_code}
                )
            raise NoAnswer(f"code {code} {sub_code}")
        return Reply(code == OK, sub_code, found.fields)

    async def signed_by_alipay(
        self, contents: Sequence[bytes], signature: str, cert_sn: str, *, notice: bool = False
    ) -> bool:
        """Whether Alipay signed one of these contents, with the certificate of this SN if one is named.

        In certificate mode a certificate that is not known yet is fetched from Alipay first. `notice` is what a stranger may
        have sent: few certificates are fetched for those.
        """
        keys = self._merchant.alipay_keys
        if not isinstance(keys, AlipayCertificates):
            return any(keys.verify(content, signature) for content in contents)
        if cert_sn and not keys.knows(cert_sn):
            await self._learn(keys, cert_sn, notice)
        return any(keys.verify(content, signature, cert_sn) for content in contents)

    async def _learn(self, keys: AlipayCertificates, sn: str, notice: bool) -> None:
        """Fetch a certificate and trust it if it leads to Alipay's root. Nothing but the chain is believed: the answer is signed
        with the very certificate that it brings."""
        async with self._fetching:
            now = self._clock()
            recently = self._refused.get(sn)
            if keys.knows(sn) or not SN.fullmatch(sn) or (recently and now < recently + FETCH_AGAIN):
                return
            if notice and self._next_for_notice is not None and now < self._next_for_notice:
                return
            self._next_for_notice = now + FETCHES_FOR_NOTICES if notice else self._next_for_notice
            about = {"merchant": self._merchant.collector.merchant, "cert_sn": sn}
            try:
                answer = (await self._answer(CERT_DOWNLOAD, {CERT_SN: sn})).fields
                if answer.get("code") != OK:
                    raise NoAnswer(f"code {answer.get('code')} {answer.get('sub_code', '')}")
                content = base64.b64decode(str(answer.get("alipay_cert_content", "")))
                certificate = keys.accept(sn, content, now)
            except (NoAnswer, ValueError) as fault:
                if len(self._refused) >= MAX_REFUSED:
                    self._refused.clear()
                self._refused[sn] = now
                log.warning(
                    "a certificate of Alipay's cannot be used", extra={**about, "why": redacted(fault)}
                )
                return
            log.warning(
                "Alipay uses a new certificate; add its file to the merchants' file",
                extra={**about, "expires": certificate.not_valid_after_utc.isoformat()},
            )

    async def _answer(self, method: str, biz: Biz, notify_url: str = "") -> SignedObject:
        """The answer to a call, not verified yet; raises NoAnswer."""
        params = self._signed(method, biz, self._clock(), notify_url=notify_url)
        body = {"biz_content": params.pop("biz_content")}
        try:
            answer, charset = await self._fetch(
                "POST", self._address.with_query(params), urlencode(body).encode()
            )
            return read_answer(answer, method, charset)
        except Unreadable as wrong:
            raise NoAnswer(str(wrong)) from None

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
        keys, own = self._merchant.alipay_keys, self._merchant.app_certificate
        if own is not None and isinstance(keys, AlipayCertificates):
            params |= {"app_cert_sn": own.sn, "alipay_root_cert_sn": keys.roots.sn}
        if notify_url:
            params["notify_url"] = notify_url
        if return_url:
            params["return_url"] = return_url
        params["sign"] = self._merchant.key.sign(request_text(params))
        return params
