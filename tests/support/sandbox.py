"""A merchant of the Alipay sandbox, the sandbox's controls, and a clock that a test can move."""

import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from alipay_sandbox.adapters.keys import SigningKey, VerifyingKey
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.signing import notice_text, request_text

APP_ID = "2021000000000002"

Params = dict[str, str]


class MovableClock:
    """Real time plus an offset."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        now = datetime.now(UTC) + self.ahead
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Merchant:
    """Signs requests, calls the gateway, verifies its answers, and takes notices at `notify_url` while `listening`.

    Notices get `answers` in turn, and the last one again and again.
    """

    def __init__(self, keys: Path, http: aiohttp.ClientSession) -> None:
        self.key = SigningKey.read(keys / "test_private_key.pem")
        self.alipay = VerifyingKey.read(keys / "alipay_public_key.pem")
        self.app_id = APP_ID
        self.http = http
        self.gateway = ""
        self.notify_url = ""
        self.answers = ["success"]
        self.received: list[Params] = []

    def sign(self, method: str, biz: Mapping[str, Any], **more: str) -> Params:
        """The signed parameters of a request."""
        params = {
            "app_id": self.app_id,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": beijing.to_text(datetime.now(UTC)),
            "version": "1.0",
            "biz_content": json.dumps(biz, ensure_ascii=False),
            **more,
        }
        return {**params, "sign": self.key.sign(request_text(params), params["charset"])}

    def link(self, biz: Mapping[str, Any], method: str = "alipay.trade.wap.pay", **more: str) -> str:
        """A payment link for an order; the product code, a subject and the notify_url are filled in."""
        codes = {
            "alipay.trade.wap.pay": "QUICK_WAP_WAY",
            "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY",
            "alipay.trade.app.pay": "QUICK_MSECURITY_PAY",
        }
        full = {"subject": "米粉 rice & wine=+%", "product_code": codes[method], **biz}
        signed = self.sign(method, full, **{"notify_url": self.notify_url, **more})
        return f"{self.gateway}?{urlencode(signed, encoding=signed['charset'])}"

    async def call(self, method: str, biz: Mapping[str, Any], **more: str) -> dict[str, Any]:
        """The response object of a call; its signature is verified over the exact characters."""
        text = await self.call_raw(self.sign(method, biz, **more))
        name = f'"{method.replace(".", "_")}_response":'
        start = text.index(name) + len(name)
        end = text.rindex(',"sign":"')
        signature = json.loads(text)["sign"]
        assert self.alipay.verifies(text[start:end], signature), text
        content: dict[str, Any] = json.loads(text[start:end])
        return content

    async def call_raw(self, params: Mapping[str, str]) -> str:
        """The text of the gateway's answer."""
        async with self.http.post(self.gateway, data=params) as response:
            assert response.status == 200, response.status
            return await response.text()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """Take notices on a free port."""
        app = web.Application()
        app.add_routes([web.post("/notify", self._take_notice)])
        async with serving(app) as url:
            self.notify_url = f"{url}/notify"
            yield self

    async def _take_notice(self, request: web.Request) -> web.Response:
        """Store a notice and give the next answer."""
        self.received.append({name: str(value) for name, value in (await request.post()).items()})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(text=answer)

    def genuine(self, notice: Mapping[str, str]) -> bool:
        """Whether Alipay signed a notice."""
        return self.alipay.verifies(notice_text(notice), notice.get("sign", ""))

    def notices_of(self, out_trade_no: str) -> list[Params]:
        """The notices of one trade so far."""
        return [notice for notice in self.received if notice["out_trade_no"] == out_trade_no]


class Controls:
    """The sandbox's own controls."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self._http = http

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, status: int = 200
    ) -> dict[str, Any]:
        """Post JSON and expect a status."""
        async with self._http.post(f"{self.url}/sandbox/{path}", json=body or {}) as response:
            content: dict[str, Any] = await response.json()
            assert response.status == status, content
            return content

    async def get(self, path: str, status: int = 200) -> dict[str, Any]:
        """Get JSON and expect a status."""
        async with self._http.get(f"{self.url}/sandbox/{path}") as response:
            content: dict[str, Any] = await response.json()
            assert response.status == status, content
            return content

    async def pay(self, link: str, **more: Any) -> dict[str, Any]:
        """The buyer of a link pays."""
        return await self.post("pay", {"cashier_url": link, **more})

    async def return_address(self, paid: Mapping[str, Any]) -> str:
        """The signed address that the `return_url` of a payment redirects to, which is not opened."""
        async with self._http.get(paid["return_url"], allow_redirects=False) as response:
            assert response.status == 302, await response.text()
            return response.headers["Location"]


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port; gives its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
