"""Alipay as a `PaymentProvider`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import aiohttp

from contracts.money import yuan
from payment.adapters.alipay import notices
from payment.adapters.alipay.accounts import Accounts
from payment.adapters.alipay.bill import read_bill
from payment.adapters.alipay.gateway import AlipayGateway, NoAnswer, Reply
from payment.adapters.alipay.merchants import Merchant
from payment.adapters.alipay.wire import Unreadable, beijing, fen, moment
from payment.domain.days import end_of
from payment.domain.errors import (
    BadNotice,
    BillNotReady,
    NoBill,
    ProviderRefused,
    ProviderUnavailable,
    UnknownMerchant,
)
from payment.domain.provider import (
    Accepted,
    Ended,
    Form,
    Made,
    NeverSeen,
    NoSuchRefund,
    Notice,
    Paid,
    RefundAnswer,
    Refused,
    TradeAnswer,
    Unsure,
    Waiting,
)
from payment.domain.reconciliation import Movement
from payment.domain.refund import Refund
from payment.domain.trade import Collector, Money, Trade
from runtime.clock import Clock
from runtime.errors import redacted

WAP_PAY, PAGE_PAY, APP_PAY = "alipay.trade.wap.pay", "alipay.trade.page.pay", "alipay.trade.app.pay"
PRODUCTS: Mapping[str, tuple[str, str]] = {
    "wap": (WAP_PAY, "QUICK_WAP_WAY"),
    "page": (PAGE_PAY, "FAST_INSTANT_TRADE_PAY"),
    "app": (APP_PAY, "QUICK_MSECURITY_PAY"),
}
_USER_ID = re.compile(r"2088\d{12}", re.ASCII)
MAX_SUBJECT = 256
BILL_HOUR = timedelta(hours=10)
"""After the end of a day: by ten o'clock in Beijing Alipay has made the day's bill, if money moved."""
REFUSED_FOR_GOOD = frozenset(
    {
        "ACQ.DISCORDANT_REPEAT_REQUEST",
        "ACQ.INVALID_PARAMETER",
        "ACQ.REASON_TRADE_BEEN_FREEZEN",
        "ACQ.REASON_TRADE_REFUND_FEE_ERR",
        "ACQ.REASON_TRADE_STATUS_INVALID",
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
        "ACQ.TRADE_HAS_CLOSE",
        "ACQ.TRADE_HAS_FINISHED",
        "ACQ.TRADE_NOT_ALLOW_REFUND",
        "ACQ.TRADE_STATUS_ERROR",
    }
)
"""Sub codes of trade.refund after which the same request can never succeed; all others are retried."""


class Alipay:
    """All merchants of the installation. `public_url` is our gateway's address for browsers, and for Alipay too unless
    `notify_url` is another one."""

    def __init__(
        self,
        merchants: Sequence[Merchant],
        http: Callable[[], aiohttp.ClientSession],
        clock: Clock,
        *,
        public_url: str,
        notify_url: str = "",
    ) -> None:
        self._accounts = Accounts(merchants, http, clock)
        self._clock = clock
        self.replace = self._accounts.replace
        self.notify_url = f"{(notify_url or public_url).rstrip('/')}/v1/payments/alipay/notify"
        self.return_url = f"{public_url.rstrip('/')}/v1/payments/alipay/return"

    def collectors(self) -> Mapping[str, Collector]:
        """Who can collect, by merchant."""
        return self._accounts.collectors

    def billed(self) -> Collection[Collector]:
        """Every account with a bill, also of merchants that are closed or removed."""
        return self._accounts.known.values()

    def gateway(self, merchant: str) -> AlipayGateway:
        """The gateway of a merchant that can collect; raises KeyError."""
        return self._accounts.behind(self.collectors()[merchant])

    def form(self, trade: Trade, product: str, now: datetime) -> Form:
        """A link (wap, page) or order string (app), valid until the trade's deadline."""
        method, product_code = PRODUCTS[product]
        biz = terms(trade) | {"product_code": product_code}
        gateway = self._accounts.behind(trade.collector)
        if product == "app":
            return Form(order_string=gateway.order_string(method, biz, notify_url=self.notify_url, now=now))
        link = gateway.link(method, biz, notify_url=self.notify_url, return_url=self.return_url, now=now)
        return Form(cashier_url=link)

    async def offer(self, trade: Trade, product: str, payer: str | None, now: datetime) -> Form:
        """alipay.trade.precreate for `qr`; alipay.trade.create for `jsapi`, which the payer pays inside Alipay's app."""
        try:
            return await self._offer(trade, product, payer, now)
        except UnknownMerchant as gone:
            raise ProviderUnavailable(str(gone)) from None

    async def _offer(self, trade: Trade, product: str, payer: str | None, now: datetime) -> Form:
        if product == "qr":
            reply = await self._opened(trade, "alipay.trade.precreate", terms(trade))
            return Form(qr_code=_required(reply, "qr_code"))
        if product == "jsapi":
            buyer = {"buyer_id" if _USER_ID.fullmatch(payer or "") else "buyer_open_id": payer}
            biz = terms(trade) | buyer | {"product_code": "JSAPI_PAY"}
            reply = await self._opened(trade, "alipay.trade.create", biz)
            return Form(trade_no=_required(reply, "trade_no"))
        return self.form(trade, product, now)

    async def _opened(self, trade: Trade, method: str, biz: Mapping[str, object]) -> Reply:
        gateway = self._accounts.behind(trade.collector)
        try:
            reply = await gateway.call(method, biz, notify_url=self.notify_url)
        except NoAnswer as fault:
            raise ProviderUnavailable(str(fault)) from None
        if not reply.ok:
            raise ProviderRefused(reply.sub_code)
        return reply

    async def query(self, trade: Trade) -> TradeAnswer:
        """alipay.trade.query."""
        try:
            reply = await self._call(trade, "alipay.trade.query", {})
            return _trade_answer(trade, reply)
        except (NoAnswer, UnknownMerchant, Unreadable, KeyError) as fault:
            return Unsure(redacted(fault))

    async def close(self, trade: Trade) -> TradeAnswer:
        """alipay.trade.close. It refuses a trade that was paid in the meantime: then the trade has to be queried."""
        try:
            reply = await self._call(trade, "alipay.trade.close", {})
        except (NoAnswer, UnknownMerchant) as fault:
            return Unsure(str(fault))
        if reply.ok:
            return Ended()
        return NeverSeen() if reply.sub_code == "ACQ.TRADE_NOT_EXIST" else Unsure(reply.sub_code)

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """alipay.trade.refund under the refund's id: a repeat moves no money again."""
        biz = {
            "refund_amount": yuan(refund.amount),
            "out_request_no": refund.refund_id,
            "refund_reason": "order ended before the payment" if refund.late else "refund",
        }
        try:
            reply = await self._call(trade, "alipay.trade.refund", biz)
            if not reply.ok:
                final = reply.sub_code in REFUSED_FOR_GOOD
                return Refused(reply.sub_code) if final else Unsure(reply.sub_code)
            return Made(_refunded_at(reply)) if reply.fields.get("fund_change") == "Y" else Accepted()
        except (NoAnswer, UnknownMerchant, Unreadable) as fault:
            return Unsure(str(fault))

    async def query_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """alipay.trade.fastpay.refund.query."""
        biz = {"out_request_no": refund.refund_id, "query_options": ["gmt_refund_pay"]}
        try:
            reply = await self._call(trade, "alipay.trade.fastpay.refund.query", biz)
            if not reply.ok:
                return Unsure(reply.sub_code)
            if "refund_amount" not in reply.fields:
                return NoSuchRefund()
            if reply.fields.get("refund_status", "REFUND_SUCCESS") != "REFUND_SUCCESS":
                return Unsure(str(reply.fields["refund_status"]))
            if fen(str(reply.fields["refund_amount"])) != refund.amount:
                return Refused("another_amount_under_this_id")
            return Made(_refunded_at(reply))
        except (NoAnswer, UnknownMerchant, Unreadable) as fault:
            return Unsure(str(fault))

    async def read_notice(self, body: bytes) -> Notice:
        """A notice, verified with the keys or certificates of the app that it names."""
        return await notices.read_notice(body, self._accounts.apps)

    async def read_return(self, query: bytes) -> str:
        """The out_trade_no in the address to which Alipay sent the payer's browser back."""
        fields = await notices.verified(query, self._accounts.apps)
        if "out_trade_no" not in fields:
            raise BadNotice("the address names no order")
        return fields["out_trade_no"]

    async def bill(self, collector: Collector, day: date) -> Sequence[Movement]:
        """The trade bill of a day in Beijing: alipay.data.dataservice.bill.downloadurl.query and the zip behind it.

        The real gateway has no bill for today; the sandbox gives what moved so far.
        """
        gateway = self._accounts.behind(collector)
        biz = {"bill_type": "trade", "bill_date": day.isoformat()}
        try:
            reply = await gateway.call("alipay.data.dataservice.bill.downloadurl.query", biz)
            if not reply.ok:
                raise self._bill_missing(day, reply.sub_code)
            return read_bill(await gateway.download(str(reply.fields["bill_download_url"])))
        except (NoAnswer, Unreadable) as fault:
            raise ProviderUnavailable(f"Alipay's bill for {day} could not be fetched: {fault}") from None

    def _bill_missing(self, day: date, sub_code: str) -> Exception:
        if sub_code != "isp.bill_not_exist":
            return ProviderUnavailable(f"Alipay gives no bill for {day}: {sub_code}")
        if self._clock() < end_of(day) + BILL_HOUR:
            return BillNotReady(f"Alipay makes the bill for {day} by 10:00 (Beijing) on the day after")
        return NoBill(f"Alipay has no bill for {day}")

    async def _call(self, trade: Trade, method: str, biz: Mapping[str, object]) -> Reply:
        gateway = self._accounts.behind(trade.collector)
        return await gateway.call(method, {"out_trade_no": trade.order_id, **biz})


def _required(reply: Reply, name: str) -> str:
    """A field of the answer; raises ProviderUnavailable when it is missing."""
    value = reply.fields.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderUnavailable(f"Alipay's answer has no {name}")
    return value


def terms(trade: Trade) -> dict[str, str]:
    """The terms common to all products. `time_expire` overrides any other limit; it is the order's deadline."""
    return {
        "out_trade_no": trade.order_id,
        "total_amount": yuan(trade.total),
        "subject": trade.subject[:MAX_SUBJECT],
        "time_expire": beijing(trade.expires_at),
    }


def _trade_answer(trade: Trade, reply: Reply) -> TradeAnswer:
    if not reply.ok:
        return NeverSeen() if reply.sub_code == "ACQ.TRADE_NOT_EXIST" else Unsure(reply.sub_code)
    if reply.fields.get("out_trade_no") != trade.order_id:
        return Unsure("an answer about another trade")
    status = reply.fields.get("trade_status")
    if status in notices.PAID:
        paid_at = moment(str(reply.fields["send_pay_date"]))
        return Paid(Money(str(reply.fields["trade_no"]), fen(str(reply.fields["total_amount"])), paid_at))
    if status == "TRADE_CLOSED":
        return Ended()
    return Waiting() if status == "WAIT_BUYER_PAY" else Unsure(f"trade_status {status}")


def _refunded_at(reply: Reply) -> datetime | None:
    text = reply.fields.get("gmt_refund_pay")
    return moment(str(text)) if text else None
