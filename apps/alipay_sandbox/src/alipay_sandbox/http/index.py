"""The page at the sandbox's own address."""

from aiohttp import web

from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.notice_delivery import NoticeDelivery
from alipay_sandbox.application.ports import TradeStore
from alipay_sandbox.http.origin import Origin
from alipay_sandbox.http.pages import html_response, index_page


class IndexRoutes:
    """`/`"""

    def __init__(
        self, trades: TradeStore, delivery: NoticeDelivery, faults: ArmedFaults, origin: Origin
    ) -> None:
        self._trades = trades
        self._delivery = delivery
        self._faults = faults
        self._origin = origin

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.get("/", self._show)]

    async def _show(self, request: web.Request) -> web.Response:
        return html_response(
            index_page(
                origin=self._origin.of(request),
                trades=await self._trades.count(),
                speed=self._delivery.notice_clock.speed,
                faults=len(self._faults.all()),
            )
        )
