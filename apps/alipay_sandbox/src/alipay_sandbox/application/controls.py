"""The sandbox's own controls, for developers and tests."""

import secrets
from collections.abc import Callable
from datetime import datetime

from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.balances import Balances
from alipay_sandbox.application.cashier import Cashier, TradeReference
from alipay_sandbox.application.notice_delivery import NoticeDelivery
from alipay_sandbox.application.ports import ControlStore, TradeStore
from alipay_sandbox.application.trades import Trades
from alipay_sandbox.domain.errors import business
from alipay_sandbox.domain.faults import Fault, Forgery
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.trade import Trade

View = dict[str, object]


class Controls:
    """Pays, closes, finishes and shows trades; arms faults; sets the notice clock."""

    def __init__(
        self,
        *,
        cashier: Cashier,
        trades: Trades,
        trade_store: TradeStore,
        control_store: ControlStore,
        delivery: NoticeDelivery,
        faults: ArmedFaults,
        balances: Balances,
        clock: Callable[[], datetime],
    ) -> None:
        self.faults = faults
        self.balances = balances
        self._cashier = cashier
        self._trades = trades
        self._trade_store = trade_store
        self._control_store = control_store
        self._delivery = delivery
        self._clock = clock

    async def pay(self, reference: TradeReference, buyer_id: str, origin: str, *, succeed: bool) -> View:
        """A program is the buyer. `return_url` in the answer is an address at `origin` that redirects to the order's own,
        which is signed only then, because a signature is expensive and few programs follow the address. It is empty if
        the buyer would not be sent back.
        """
        trade = await self._cashier.act(reference, buyer_id, succeed=succeed)
        order = trade.order
        back = f"{origin}/sandbox/trades/{order.out_trade_no}/return?seller_id={order.seller_id}"
        return {**_view(trade), "return_url": back if succeed and order.return_url else ""}

    async def return_address(self, seller_id: str, out_trade_no: str) -> str:
        """The return address of the seller's order (of any seller's if `seller_id` is empty), signed now.

        Raises GatewayFailure: ACQ.TRADE_NOT_EXIST, ACQ.TRADE_STATUS_ERROR before the payment, ACQ.INVALID_PARAMETER if the
        order has no return_url.
        """
        if seller_id:
            trade = (await self._trades.find(seller_id, out_trade_no=out_trade_no)).trade
        else:
            trade = (await self._cashier.find(out_trade_no)).trade
        if trade.paid_at is None:
            raise business("ACQ.TRADE_STATUS_ERROR", "the trade is not paid")
        if not trade.order.return_url:
            raise business("ACQ.INVALID_PARAMETER", "the order has no return_url")
        return self._cashier.return_address(trade)

    async def trade(self, out_trade_no: str) -> View:
        """A trade and its notices, with the answers to each."""
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
            for notice in await self._trade_store.notices(stored.key)
        ]
        return {**_view(stored.trade), "notices": notices}

    async def close(self, out_trade_no: str) -> View:
        """Close an unpaid trade, as Alipay does at its deadline."""
        stored = await self._cashier.find(out_trade_no)
        return _view((await self._trades.change(stored, lambda trade, at: trade.close(at))).trade)

    async def finish(self, out_trade_no: str) -> View:
        """End the time for refunds."""
        stored = await self._cashier.find(out_trade_no)
        return _view((await self._trades.change(stored, lambda trade, at: trade.finish(at))).trade)

    async def arm(self, make: Callable[[str], Fault]) -> Fault:
        """Arm a fault under a new id."""
        fault = make(secrets.token_hex(8))
        await self.faults.arm(fault)
        return fault

    async def forge(
        self, reference: TradeReference, kind: Forgery | None, count: int, concurrent: int
    ) -> View:
        """Send forged notices of a payment now, even if nothing was paid; counts the answers."""
        trade = await self._cashier.as_if_paid(reference)
        if not trade.order.notify_url:
            raise business("ACQ.INVALID_PARAMETER", "the order has no notify_url")
        return {"sent": count, "answers": await self._delivery.forge(trade, kind, count, concurrent)}

    async def set_speed(self, speed: float) -> View:
        """Change the speed of the notice clock."""
        notice_clock = self._delivery.notice_clock.run_at(speed, self._clock())
        await self._control_store.set_clock(notice_clock)
        self._delivery.set_notice_clock(notice_clock)
        return self.clock_view()

    def clock_view(self) -> View:
        """The notice clock as JSON."""
        return {"speed": self._delivery.notice_clock.speed, "notice_time": self._delivery.now()}


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
