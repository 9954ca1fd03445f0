"""What developers and tests do to the sandbox itself."""

import secrets
from collections.abc import Callable
from datetime import datetime

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.application.accounts import Accounts
from alipay_sandbox.application.cashier import Cashier, Means
from alipay_sandbox.application.courier import Courier
from alipay_sandbox.application.fault_desk import FaultDesk
from alipay_sandbox.application.trade_desk import TradeDesk
from alipay_sandbox.domain.failures import business
from alipay_sandbox.domain.faults import Fault, Forgery
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.trade import Trade

View = dict[str, object]


class Controls:
    """Pays, closes and finishes trades from outside, and shows them with their notices."""

    def __init__(
        self,
        *,
        cashier: Cashier,
        desk: TradeDesk,
        trades: TradeStore,
        control: ControlStore,
        courier: Courier,
        faults: FaultDesk,
        accounts: Accounts,
        clock: Callable[[], datetime],
    ) -> None:
        self.faults = faults
        self.accounts = accounts
        self._cashier = cashier
        self._desk = desk
        self._trades = trades
        self._control = control
        self._courier = courier
        self._clock = clock

    async def pay(self, means: Means, buyer_id: str, origin: str, *, succeed: bool) -> View:
        """A program is the buyer. `return_url` is an address at `origin` that leads on to the order's own, signed only
        then: a signature is dear, and few programs follow it. Empty where nobody would be sent back.
        """
        trade = await self._cashier.act(means, buyer_id, succeed=succeed)
        order = trade.order
        back = f"{origin}/sandbox/trades/{order.out_trade_no}/return?seller_id={order.seller_id}"
        return {**_view(trade), "return_url": back if succeed and order.return_url else ""}

    async def way_back(self, seller_id: str, out_trade_no: str) -> str:
        """The return address of the seller's order (of any seller's if `seller_id` is empty), signed now.

        Raises GatewayFailure: ACQ.TRADE_NOT_EXIST, ACQ.TRADE_STATUS_ERROR where nobody has paid, ACQ.INVALID_PARAMETER
        where the order has no such address.
        """
        if seller_id:
            trade = (await self._desk.find(seller_id, out_trade_no=out_trade_no)).trade
        else:
            trade = (await self._cashier.find(out_trade_no)).trade
        if trade.paid_at is None:
            raise business("ACQ.TRADE_STATUS_ERROR", "the trade is not paid")
        if not trade.order.return_url:
            raise business("ACQ.INVALID_PARAMETER", "the order has no return_url")
        return self._cashier.way_back(trade)

    async def trade(self, out_trade_no: str) -> View:
        """A trade and its notices, with what was answered to each."""
        stored = await self._cashier.find(out_trade_no)
        notices = [
            {
                "notify_id": notice["notify_id"],
                "url": notice["url"],
                "fields": notice["fields"],
                "attempts": notice["attempts"],
                "done": notice["done"],
                "due": notice["due"],
                "answers": notice["answers"],
            }
            for notice in await self._trades.notices(stored.key)
        ]
        return {**_view(stored.trade), "notices": notices}

    async def close(self, out_trade_no: str) -> View:
        """Alipay closes an unpaid trade, as at its deadline."""
        stored = await self._cashier.find(out_trade_no)
        return _view((await self._desk.change(stored, lambda trade, at: trade.close(at))).trade)

    async def finish(self, out_trade_no: str) -> View:
        """The time for refunds is over."""
        stored = await self._cashier.find(out_trade_no)
        return _view((await self._desk.change(stored, lambda trade, at: trade.finish(at))).trade)

    async def arm(self, make: Callable[[str], Fault]) -> Fault:
        """Arms a fault under a new id."""
        fault = make(secrets.token_hex(8))
        await self.faults.arm(fault)
        return fault

    async def forge(self, means: Means, kind: Forgery | None, count: int, at_once: int) -> View:
        """Sends forged notices of a payment now, also where nothing was paid; says what was answered."""
        trade = await self._cashier.as_if_paid(means)
        if not trade.order.notify_url:
            raise business("ACQ.INVALID_PARAMETER", "the order has no notify_url")
        return {"sent": count, "answers": await self._courier.forge(trade, kind, count, at_once)}

    async def set_speed(self, speed: float) -> View:
        """Lets the notice clock run at another speed from now on."""
        notice_clock = self._courier.notice_clock.run_at(speed, self._clock())
        await self._control.set_clock(notice_clock)
        self._courier.set_notice_clock(notice_clock)
        return self.clock_view()

    def clock_view(self) -> View:
        """The notice clock now."""
        return {"speed": self._courier.notice_clock.speed, "notice_time": self._courier.now()}


def _view(trade: Trade) -> View:
    return {
        "out_trade_no": trade.order.out_trade_no,
        "trade_no": trade.trade_no,
        "trade_status": trade.status.value,
        "seller_id": trade.order.seller_id,
        "app_id": trade.order.app_id,
        "buyer_id": trade.buyer_id,
        "total_amount": yuan_of(trade.order.total),
        "refunded_amount": yuan_of(trade.refunded),
        "expires_at": trade.expires_at,
        "paid_at": trade.paid_at,
    }
