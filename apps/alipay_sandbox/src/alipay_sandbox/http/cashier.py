"""The cashier for people: a page on a phone where a demo buyer pays, fails to pay, or leaves."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from aiohttp import web

from alipay_sandbox.application.cashier import Cashier, TradeReference, read_parameters
from alipay_sandbox.domain.errors import GatewayFailure
from alipay_sandbox.domain.merchants import Merchants
from alipay_sandbox.domain.order import PAGE_PAY, PRECREATE, Order
from alipay_sandbox.domain.trade import Trade, TradeStatus
from alipay_sandbox.http.pages import busy_page, checkout_page, failure_page, html_response, result_page
from runtime.errors import Unavailable, redacted

_log = logging.getLogger(__name__)


class CashierRoutes:
    """Shows orders and takes the buyer's actions. No state is kept between pages: the form carries the signed link."""

    def __init__(self, cashier: Cashier, merchants: Merchants) -> None:
        self._cashier = cashier
        self._merchants = merchants

    def routes(self) -> list[web.RouteDef]:
        """The page behind a QR code, and the form's target. Payment links lead to the gateway."""
        return [web.get("/qr/{code}", self.show_code), web.post("/cashier", self.act)]

    async def show(self, params: Mapping[str, str]) -> web.Response:
        """The page of a payment link."""

        async def page() -> web.Response:
            order = self._cashier.order_of_link(params)
            return await self._page(order, {"link": urlencode(params, encoding=order.charset)})

        return await _or_reason(page)

    async def show_code(self, request: web.Request) -> web.Response:
        """The page of a QR code."""
        code = request.match_info["code"]

        async def page() -> web.Response:
            return await self._page(await self._cashier.order(TradeReference(code=code)), {"code": code})

        return await _or_reason(page)

    async def act(self, request: web.Request) -> web.Response:
        """The buyer pressed a button: `enter` (log in or scan), `pay` or `fail`."""
        body = (await request.read()).decode("latin-1")

        async def page() -> web.Response:
            form = read_parameters("", body)
            reference = TradeReference(link=form.get("link", ""), code=form.get("code", ""))
            buyer_id = form.get("buyer_id", "")
            order = await self._cashier.order(reference)
            if form.get("action") == "pay":
                return self._after(await self._cashier.pay(order, buyer_id))
            await self._cashier.enter(order, buyer_id)
            hidden = {name: value for name, value in form.items() if name in ("link", "code")}
            return await self._page(order, hidden, has_failed=form.get("action") == "fail")

        return await _or_reason(page)

    async def _page(
        self, order: Order, hidden: Mapping[str, str], *, has_failed: bool = False
    ) -> web.Response:
        trade = await self._cashier.trade(order)
        if trade is not None and trade.status is not TradeStatus.WAIT_BUYER_PAY:
            return self._result(trade)
        must_enter = trade is None and order.method in (PAGE_PAY, PRECREATE)
        merchant = self._merchants.name_of(order.app_id)
        page = checkout_page(order, trade, merchant, hidden, must_enter=must_enter, has_failed=has_failed)
        return html_response(page)

    def _after(self, trade: Trade) -> web.Response:
        address = self._cashier.return_address(trade)
        return web.Response(status=303, headers={"Location": address}) if address else self._result(trade)

    def _result(self, trade: Trade) -> web.Response:
        back = self._cashier.return_address(trade) if trade.status is TradeStatus.TRADE_SUCCESS else ""
        return html_response(result_page(trade, self._merchants.name_of(trade.order.app_id), back))


async def _or_reason(page: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """The page, or one that gives the reason for a refusal."""
    try:
        return await page()
    except GatewayFailure as failure:
        return html_response(failure_page(failure), 400)
    except Unavailable as error:
        _log.warning("unavailable: %s", redacted(error))
        return html_response(busy_page(), 503)
