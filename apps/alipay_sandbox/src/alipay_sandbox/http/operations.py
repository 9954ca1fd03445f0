"""Health and metrics."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from alipay_sandbox.application.ports import TradeStore
from runtime.errors import Unavailable


class OperationRoutes:
    """`/livez`, `/readyz`, `/metrics`."""

    def __init__(self, trades: TradeStore, alive: Callable[[], bool]) -> None:
        self._trades = trades
        self._alive = alive

    def routes(self) -> list[web.RouteDef]:
        """The three routes."""
        return [
            web.get("/livez", self._live),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        ]

    async def _live(self, request: web.Request) -> web.Response:
        if not self._alive():
            return web.Response(status=503, text="a background task has ended")
        return web.Response(text="ok")

    async def _ready(self, request: web.Request) -> web.Response:
        try:
            await self._trades.ping()
        except Unavailable as error:
            return web.Response(status=503, text=str(error))
        return web.Response(text="ok")

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
