"""The gateway's methods for servers."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from alipay_sandbox.application import answers
from alipay_sandbox.application.answers import Answer
from alipay_sandbox.application.bills import Bills
from alipay_sandbox.application.calls import Call
from alipay_sandbox.application.ports import StoredTrade
from alipay_sandbox.application.qr_codes import QrCodes
from alipay_sandbox.application.trades import Trades
from alipay_sandbox.domain.errors import GatewayFailure, business, invalid
from alipay_sandbox.domain.merchants import Certificates
from alipay_sandbox.domain.order import CREATE, PRECREATE, Order, read_amount, read_order

Method = Callable[[Call, str], Awaitable[Answer]]


class Methods:
    """Answers verified calls. Links in the answers start with `origin`."""

    def __init__(
        self, trades: Trades, codes: QrCodes, bills: Bills, certificates: Certificates | None
    ) -> None:
        self._certificates = certificates
        self._trades = trades
        self._codes = codes
        self._bills = bills
        self._methods: Mapping[str, Method] = {
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.trade.cancel": self._cancel,
            CREATE: self._create,
            PRECREATE: self._precreate,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill_address,
            "alipay.open.app.alipaycert.download": self._certificate,
        }

    async def answer(self, call: Call, origin: str) -> Answer:
        """The response object of a call; raises GatewayFailure for a refusal."""
        method = self._methods.get(call.method)
        if method is None:
            raise invalid("method", f"不存在的方法名或沙箱未模拟: {call.method}")
        return await method(call, origin)

    async def _query(self, call: Call, origin: str) -> Answer:
        return answers.queried((await self._trade(call)).trade)

    async def _close(self, call: Call, origin: str) -> Answer:
        change = await self._trades.change(await self._trade(call), lambda trade, at: trade.close(at))
        return answers.identified(change.trade)

    async def _refund(self, call: Call, origin: str) -> Answer:
        amount = read_amount(call.biz, "refund_amount")
        reason = call.biz.get("refund_reason", "")
        out_request_no = _request_number(call.biz)
        change = await self._trades.refund(await self._trade(call), amount, out_request_no, reason)
        return answers.refunded(change.trade, moved=change.refund is not None)

    async def _query_refund(self, call: Call, origin: str) -> Answer:
        number = _request_number(call.biz)
        if not number:
            raise business("ACQ.INVALID_PARAMETER", "out_request_no is required")
        trade = (await self._trade(call)).trade
        return answers.refund_queried(trade, number, trade.refund_of(number))

    async def _cancel(self, call: Call, origin: str) -> Answer:
        try:
            stored = await self._trade(call)
        except GatewayFailure as failure:
            if failure.sub_code != "ACQ.TRADE_NOT_EXIST":
                raise
            return answers.cancelled(call.out_trade_no, None, "")
        trade, action = await self._trades.cancel(stored)
        return answers.cancelled(call.out_trade_no, trade, action)

    async def _create(self, call: Call, origin: str) -> Answer:
        order = order_of(call)
        if not order.buyer_id:
            raise business("ACQ.INVALID_PARAMETER", "buyer_id or buyer_open_id is required")
        return answers.identified(await self._trades.open(order, order.buyer_id))

    async def _precreate(self, call: Call, origin: str) -> Answer:
        order = order_of(call)
        address = await self._codes.create(replace(order, return_url=""), origin)
        return {**answers.OK, "out_trade_no": order.out_trade_no, "qr_code": address}

    async def _bill_address(self, call: Call, origin: str) -> Answer:
        address = await self._bills.address(
            call.merchant.seller_id, call.biz.get("bill_type", ""), call.biz.get("bill_date", ""), origin
        )
        return {**answers.OK, "bill_download_url": address}

    async def _certificate(self, call: Call, origin: str) -> Answer:
        if self._certificates is None or call.biz.get("alipay_cert_sn") != self._certificates.sn:
            raise business("isv.alipay-cert-not-exist")
        return {**answers.OK, "alipay_cert_content": base64.b64encode(self._certificates.chain).decode()}

    async def _trade(self, call: Call) -> StoredTrade:
        trade_no = call.biz.get("trade_no", "")
        if not trade_no and not call.out_trade_no:
            raise business("ACQ.INVALID_PARAMETER", "out_trade_no or trade_no is required")
        return await self._trades.find(
            call.merchant.seller_id, out_trade_no=call.out_trade_no, trade_no=trade_no
        )


def order_of(call: Call) -> Order:
    """The terms of a payment call."""
    return read_order(call.method, call.merchant.app_id, call.merchant.seller_id, call.params, call.biz)


def _request_number(biz: Mapping[str, str]) -> str:
    number = biz.get("out_request_no", "")
    if len(number) > 64:
        raise business("ACQ.INVALID_PARAMETER", "out_request_no is longer than 64")
    return number
