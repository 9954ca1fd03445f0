"""What somebody sees who opens the sandbox's address."""

from aiohttp import web

from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.application.courier import Courier
from alipay_sandbox.application.fault_desk import FaultDesk
from alipay_sandbox.http.origin import Origin
from alipay_sandbox.http.pages import html_response, index_page


class IndexRoutes:
    """`/`"""

    def __init__(self, trades: TradeStore, courier: Courier, faults: FaultDesk, origin: Origin) -> None:
        self._trades = trades
        self._courier = courier
        self._faults = faults
        self._origin = origin

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/", self._show)]

    async def _show(self, request: web.Request) -> web.Response:
        return html_response(
            index_page(
                origin=self._origin.of(request),
                trades=await self._trades.count(),
                speed=self._courier.notice_clock.speed,
                faults=len(self._faults.armed()),
            )
        )
