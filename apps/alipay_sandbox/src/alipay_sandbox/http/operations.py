"""Health."""

from collections.abc import Callable

from aiohttp import web

from alipay_sandbox.application.ports import TradeStore
from runtime.errors import Unavailable


class OperationRoutes:
    """`/livez` and `/readyz`."""

    def __init__(self, trades: TradeStore, alive: Callable[[], bool]) -> None:
        self._trades = trades
        self._alive = alive

    def routes(self) -> list[web.RouteDef]:
        """The two routes."""
        return [
            web.get("/livez", self._live),
            web.get("/readyz", self._ready),
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
