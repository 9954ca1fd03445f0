"""The cashier for people: a page for a phone's screen where a demo buyer pays, fails, or goes away."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from aiohttp import web
from pymongo.errors import PyMongoError

from alipay_sandbox.application.cashier import Cashier, Means, read_parameters
from alipay_sandbox.domain.failures import GatewayFailure
from alipay_sandbox.domain.order import PAGE_PAY, PRECREATE, Order
from alipay_sandbox.domain.trade import Trade, TradeStatus
from alipay_sandbox.http.pages import away_page, checkout_page, failure_page, html_response, result_page
from alipay_sandbox.merchants import Merchants

_log = logging.getLogger(__name__)


class CashierPages:
    """Shows orders and takes what the buyer does. Nothing is kept between pages: the signed link travels along."""

    def __init__(self, cashier: Cashier, merchants: Merchants) -> None:
        self._cashier = cashier
        self._merchants = merchants

    def routes(self) -> list[web.RouteDef]:
        """The page behind a QR code, and the form's target; payment links themselves come to the gateway."""
        return [web.get("/qr/{code}", self.show_code), web.post("/cashier", self.act)]

    async def show(self, params: Mapping[str, str]) -> web.Response:
        """The page of a payment link."""

        async def page() -> web.Response:
            order = self._cashier.order_of_link(params)
            return await self._page(order, {"link": urlencode(params, encoding=order.charset)})

        return await _or_why_not(page)

    async def show_code(self, request: web.Request) -> web.Response:
        """The page of a QR code."""
        code = request.match_info["code"]

        async def page() -> web.Response:
            return await self._page(await self._cashier.order(Means(code=code)), {"code": code})

        return await _or_why_not(page)

    async def act(self, request: web.Request) -> web.Response:
        """The buyer pressed a button: `enter` (log in or scan), `pay` or `fail`."""
        body = (await request.read()).decode("latin-1")

        async def page() -> web.Response:
            form = read_parameters("", body)
            means = Means(link=form.get("link", ""), code=form.get("code", ""))
            buyer_id = form.get("buyer_id", "")
            order = await self._cashier.order(means)
            if form.get("action") == "pay":
                return self._after(await self._cashier.pay(order, buyer_id))
            await self._cashier.come(order, buyer_id)
            return await self._page(order, {k: v for k, v in form.items() if k in ("link", "code")})

        return await _or_why_not(page)

    async def _page(self, order: Order, means: Mapping[str, str]) -> web.Response:
        trade = await self._cashier.trade(order)
        if trade is not None and trade.status is not TradeStatus.WAIT_BUYER_PAY:
            return self._result(trade)
        must_enter = trade is None and order.method in (PAGE_PAY, PRECREATE)
        merchant = self._merchants.name_of(order.app_id)
        return html_response(checkout_page(order, trade, merchant, means, must_enter=must_enter))

    def _after(self, trade: Trade) -> web.Response:
        address = self._cashier.way_back(trade)
        return web.Response(status=303, headers={"Location": address}) if address else self._result(trade)

    def _result(self, trade: Trade) -> web.Response:
        back = self._cashier.way_back(trade) if trade.status is TradeStatus.TRADE_SUCCESS else ""
        return html_response(result_page(trade, self._merchants.name_of(trade.order.app_id), back))


async def _or_why_not(page: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """The page, or one that says why there is none."""
    try:
        return await page()
    except GatewayFailure as failure:
        return html_response(failure_page(failure), 400)
    except PyMongoError as error:
        _log.warning("the database is away: %s", type(error).__name__)
        return html_response(away_page(), 503)
