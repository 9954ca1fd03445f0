"""The buyer's side: a buyer opens a link, scans a code, pays, or fails to pay."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from alipay_sandbox.application.calls import CHARSETS, Verifier
from alipay_sandbox.application.methods import order_of
from alipay_sandbox.application.ports import Signer, StoredTrade
from alipay_sandbox.application.qr_codes import QrCodes
from alipay_sandbox.application.trades import Trades
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.errors import GatewayFailure, business, invalid
from alipay_sandbox.domain.merchants import Merchants
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.order import PRODUCT_CODES, Order
from alipay_sandbox.domain.signing import notice_text
from alipay_sandbox.domain.trade import Trade

DEMO_BUYER = "2088102100000001"


@dataclass(frozen=True, slots=True)
class TradeReference:
    """How a buyer gets to a trade; exactly one is given."""

    link: str = ""  # a cashier address or a signed order string
    code: str = ""  # the text of a QR code, or the code at its end
    out_trade_no: str = ""


class Cashier:
    """Lets a buyer pay."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        trades: Trades,
        codes: QrCodes,
        merchants: Merchants,
        key: Signer,
        clock: Callable[[], datetime],
    ) -> None:
        self._verifier = verifier
        self._trades = trades
        self._codes = codes
        self._merchants = merchants
        self._key = key
        self._clock = clock

    async def order(self, reference: TradeReference) -> Order:
        """The order of a link or a code. A link has to be signed by its merchant."""
        if reference.link:
            return self.order_of_link(read_parameters(reference.link.partition("?")[2] or reference.link))
        return await self._codes.order(reference.code.rstrip("/").rpartition("/")[2])

    def order_of_link(self, params: Mapping[str, str]) -> Order:
        """The order in a link's parameters."""
        call = self._verifier.verify(params, fresh=False)
        if call.method not in PRODUCT_CODES:
            raise invalid("method", f"not a payment link: {call.method}")
        return order_of(call)

    async def trade(self, order: Order) -> Trade | None:
        """The trade of an order; None before its first buyer."""
        try:
            return (await self._trades.find(order.seller_id, out_trade_no=order.out_trade_no)).trade
        except GatewayFailure:
            return None

    async def enter(self, order: Order, buyer_id: str) -> Trade:
        """The buyer logs in, scans, or fails to pay: the trade exists from now on, and waits."""
        return await self._trades.open(order, _buyer(buyer_id))

    async def pay(self, order: Order, buyer_id: str) -> Trade:
        """The buyer pays."""
        return await self._trades.pay(order, _buyer(buyer_id))

    async def act(self, reference: TradeReference, buyer_id: str, *, succeed: bool) -> Trade:
        """A program is the buyer: pays, or fails to and leaves a waiting trade."""
        if not reference.out_trade_no:
            order = await self.order(reference)
            return await (self.pay if succeed else self.enter)(order, buyer_id)
        stored = await self.find(reference.out_trade_no)
        if succeed:
            return await self._trades.pay_existing(stored, buyer_id)
        stored.trade.check_payable(buyer_id or stored.trade.buyer_id, self._clock())
        return stored.trade

    async def find(self, out_trade_no: str) -> StoredTrade:
        """The trade under this number, of any seller; the first seller's if several use the same number."""
        for seller_id in self._merchants.seller_ids():
            try:
                return await self._trades.find(seller_id, out_trade_no=out_trade_no)
            except GatewayFailure:
                continue
        raise business("ACQ.TRADE_NOT_EXIST")

    async def as_if_paid(self, reference: TradeReference) -> Trade:
        """The trade as if it were paid, for forging a notice of it."""
        if reference.out_trade_no:
            return (await self.find(reference.out_trade_no)).trade
        return self._trades.as_if_paid(await self.order(reference), DEMO_BUYER)

    def return_address(self, trade: Trade) -> str:
        """The address that a buyer is sent to after paying, signed as Alipay signs it; empty if the order names none."""
        order = trade.order
        if not order.return_url:
            return ""
        fields = {
            "charset": order.charset,
            "out_trade_no": order.out_trade_no,
            "method": f"{order.method}.return",
            "total_amount": yuan_of(order.total),
            "trade_no": trade.trade_no,
            "auth_app_id": order.app_id,
            "version": "1.0",
            "app_id": order.app_id,
            "sign_type": "RSA2",
            "seller_id": order.seller_id,
            "timestamp": beijing.to_text(self._clock()),
        }
        if cert_sn := self._merchants.cert_sn_for(order.app_id):
            fields["alipay_cert_sn"] = cert_sn
        own = dict(parse_qsl(urlsplit(order.return_url).query))
        signed = {**fields, "sign": self._key.sign(notice_text({**own, **fields}), order.charset)}
        joint = "&" if urlsplit(order.return_url).query else "?"
        return f"{order.return_url}{joint}{urlencode(signed, encoding=order.charset)}"


def _buyer(buyer_id: str) -> str:
    """The buyer, by default a demo buyer."""
    if buyer_id and not re.fullmatch(r"2088[0-9]{12}", buyer_id):
        raise business("ACQ.INVALID_PARAMETER", "buyer_id is 2088 and 12 digits")
    return buyer_id or DEMO_BUYER


def read_parameters(query: str, body: str = "") -> dict[str, str]:
    """The parameters of a call, from query and body, decoded in the charset that they name.

    A parameter given twice with different values is refused: it would be unclear which one was signed.
    """
    params = _decoded(query, body, "utf-8")
    charset = params.get("charset", "").lower()
    return _decoded(query, body, charset) if charset in CHARSETS - {"utf-8"} else params


def _decoded(query: str, body: str, charset: str) -> dict[str, str]:
    params: dict[str, str] = {}
    for text in (query, body):
        for name, value in parse_qsl(text, keep_blank_values=True, encoding=charset):
            if params.setdefault(name, value) != value:
                raise invalid("parameter", f"参数重复且不一致: {name}", signed=False)
    return params
