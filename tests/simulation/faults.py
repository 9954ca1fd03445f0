"""Planted faults: parts with mistakes that the simulation must find. One that finds nothing proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from catalog_support.in_memory import InMemoryReservations
from checkout_support.in_memory import InMemoryOrders, InMemoryReceiptDeadlines
from payment_support.in_memory import InMemoryLedger

from catalog.domain.reservation import Lines
from checkout.application.access import Owner
from checkout.application.new_orders import NewOrders
from checkout.application.order_commands import OrderCommands
from checkout.application.pricing import Pricing
from checkout.domain.deadline import deadline_of
from checkout.domain.order import Order
from checkout.domain.purchase import Amounts
from contracts.checkout import OrderCloseRequested
from payment.application.contracts_out import closed_unopened
from payment.application.order_requests import OrderRequests
from payment.application.trades import Trades
from payment.domain.ledger import Posting
from payment.domain.provider import Ended, NoSuchRefund, RefundAnswer, TradeAnswer, Unsure
from payment.domain.refund import Refund
from payment.domain.trade import Trade, UnopenedTrade
from runtime.clock import Clock
from runtime.outbox.changes import Change
from simulation.broker import Group, Handler
from simulation.process import Port, Process
from simulation.services import Catalog, Checkout, Payment
from simulation.world import Parts
from support.in_memory_store import Entry, InMemoryStore


class _LosesCloses(OrderRequests):
    """ "Insert, and if it is there return": a close that meets the opening of its trade is lost."""

    def __init__(self, trades: Trades, store: Any, clock: Clock) -> None:
        super().__init__(trades, clock)
        self._store = store
        self._now = clock

    async def close(self, request: OrderCloseRequested, traceparent: str | None) -> None:
        if await self._store.get(request.order_id) is not None:
            await super().close(request, traceparent)
            return
        unopened = UnopenedTrade(request.order_id, request.mini_program_id, request.reason, self._now())
        await self._store.insert([Change(unopened, [closed_unopened(unopened)])])


class _ReleasesTwice(InMemoryReservations):
    """Gives stock back without asking whether it is held."""

    async def release_holds(self, orders: Mapping[str, Lines]) -> None:
        for lines in orders.values():
            for sku_id, quantity in lines:
                self._shelves.stock[sku_id]["available"] += quantity


class _RefundsUnderFreshIds:
    """Sends a refund under a new id each time, so that the provider cannot know a repeat."""

    def __init__(self, alipay: Port) -> None:
        self._alipay = alipay
        self._sent: list[Refund] = []
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alipay, name)

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        self._count += 1
        fresh = replace(refund, refund_id=f"{refund.refund_id}-{self._count}")
        self._sent.append(fresh)
        answer: RefundAnswer = await self._alipay.refund(trade, fresh)
        return answer

    async def query_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        if not self._sent:
            return NoSuchRefund()
        answer: RefundAnswer = await self._alipay.query_refund(trade, self._sent.pop())
        return answer


class _Guesses:
    """Takes a lost answer for the end of the trade."""

    def __init__(self, alipay: Port) -> None:
        self._alipay = alipay

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alipay, name)

    async def query(self, trade: Trade) -> TradeAnswer:
        answer: TradeAnswer = await self._alipay.query(trade)
        return Ended() if isinstance(answer, Unsure) else answer

    async def close(self, trade: Trade) -> TradeAnswer:
        await self._alipay.close(trade)
        return Ended()


class _CommitsFirst(Group):
    """Commits the offset before the records are handled."""

    async def _handle(
        self, process: Process, batch: Sequence[Entry], handle: Handler, commit: Callable[[], None]
    ) -> None:
        commit()
        await process.step(f"committed {self.name}")
        await handle(batch)


class _PostsTwice(InMemoryLedger):
    """Appends a repeated posting once more."""

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        for posting in postings:
            again = replace(posting, id=f"{posting.id}:again") if posting.id in self.postings else posting
            self.postings[again.id] = (again, now)


class _Overwrites(InMemoryOrders):
    """Writes without a look at the version: the last writer wins."""

    def _version(self, aggregate_id: str) -> int:
        return self._loaded[aggregate_id]

    def _load(self, aggregate_id: str) -> Any:
        draft = super()._load(aggregate_id)
        self.__dict__.setdefault("_loaded", {})[aggregate_id] = draft.before
        return draft


class _SharesCoupons(InMemoryOrders):
    """Has no unique indexes of slots: whoever saw the same free slot takes it."""

    def _insert(self, after: Order, changes: Sequence[Change[Order]]) -> bool | Exception:
        return InMemoryStore._insert(self, after, changes)


class _ForgetsDeadlines(NewOrders):
    """Stores the order first and its deadline after it."""

    async def _insert_batch(self, batch: Sequence[Change[Order]]) -> Sequence[bool | Exception]:
        outcomes = await self._orders.insert(batch)
        await self._deadlines.store(deadline_of(new.after) for new in batch)
        return outcomes


class _ShipsFirst(OrderCommands):
    """Stores the parcel first and the deadline of its receipt after it."""

    async def ship(self, owner: Owner, order_id: str, *parcel: Any) -> Order:
        now, forgotten = self.clock(), InMemoryReceiptDeadlines()
        shipping = OrderCommands(
            self.orders,
            self.access,
            self.clock,
            self.new_id,
            self.refund_policy,
            forgotten,
            self.receipt_after,
        )
        order = await shipping.ship(owner, order_id, *parcel)
        await self.receipts.store(order_id, now + self.receipt_after)
        return order


class _HidesTheFee(Pricing):
    """Counts the delivery fee as goods, on which commissions are taken."""

    async def amounts(self, *purchase: Any) -> Amounts:
        amounts = await super().amounts(*purchase)
        return Amounts(amounts.subtotal + amounts.delivery_fee)


def _checkout(**parts: Any) -> Any:
    return type("Faulty", (Checkout,), parts)


def _payment(**parts: Any) -> Any:
    return type("Faulty", (Payment,), parts)


FAULTS = {
    "a close that meets the opening of its trade is lost": Parts(
        payment=_payment(requests=lambda self, trades, store, clock: _LosesCloses(trades, store, clock))
    ),
    "stock is released without a look at its hold": Parts(
        catalog=type("Faulty", (Catalog,), {"reservations": _ReleasesTwice})
    ),
    "a refund is sent twice": Parts(
        payment=_payment(provider=lambda self, alipay: _RefundsUnderFreshIds(alipay))
    ),
    "a paid order is cancelled on a guess": Parts(
        payment=_payment(provider=lambda self, alipay: _Guesses(alipay))
    ),
    "an event is lost between commit and publish": Parts(relay=_CommitsFirst),
    "offsets are committed before the records are handled": Parts(group=_CommitsFirst),
    "a repeated posting is appended again": Parts(payment=_payment(ledger=_PostsTwice)),
    "an order is overwritten by a slower writer": Parts(checkout=_checkout(orders=_Overwrites)),
    "a delivery fee counts as goods": Parts(checkout=_checkout(pricing=_HidesTheFee)),
    "two orders take the same slot": Parts(checkout=_checkout(orders=_SharesCoupons)),
    "an order is stored before its deadline": Parts(checkout=_checkout(new_orders=_ForgetsDeadlines)),
    "a parcel is stored before the deadline of its receipt": Parts(
        checkout=_checkout(commands_of=_ShipsFirst)
    ),
}
