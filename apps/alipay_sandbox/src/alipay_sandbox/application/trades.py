"""Changes trades: one step of the domain, stored with its notice, then delivered."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from alipay_sandbox.application.balances import Balances
from alipay_sandbox.application.ports import Identifiers, StoredTrade, TradeStore
from alipay_sandbox.domain.errors import GatewayFailure, business
from alipay_sandbox.domain.notices import Notice, announces, notice_fields
from alipay_sandbox.domain.order import Order
from alipay_sandbox.domain.trade import Change, Trade, TradeStatus, check_same_terms, open_trade
from runtime.errors import Unavailable

Step = Callable[[Trade, datetime], Change]


class Delivery(Protocol):
    """Delivers stored notices."""

    def schedule(self, key: str, notice: Notice) -> None:
        """Deliver a notice when it is due."""

    def now(self) -> datetime:
        """Now, on the notice clock."""


class Trades:
    """Opens, pays, closes, finishes and refunds trades.

    `watch_deadline` is called for each trade that waits, `outcome_unknown` after a write that may have taken effect.
    """

    def __init__(
        self,
        *,
        store: TradeStore,
        delivery: Delivery,
        balances: Balances,
        identifiers: Identifiers,
        clock: Callable[[], datetime],
        watch_deadline: Callable[[str, datetime], None],
        outcome_unknown: Callable[[], None],
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._balances = balances
        self._identifiers = identifiers
        self._clock = clock
        self._watch_deadline = watch_deadline
        self._outcome_unknown = outcome_unknown

    async def find(self, seller_id: str, *, out_trade_no: str = "", trade_no: str = "") -> StoredTrade:
        """The seller's trade, closed first if its deadline has passed. `trade_no` wins. Raises ACQ.TRADE_NOT_EXIST."""
        if trade_no:
            stored = await self._store.find_by_trade_no(seller_id, trade_no)
        else:
            stored = await self._store.find(seller_id, out_trade_no)
        if stored is None:
            raise business("ACQ.TRADE_NOT_EXIST")
        if stored.trade.status is TradeStatus.WAIT_BUYER_PAY and self._clock() >= stored.trade.expires_at:
            await self.expire(stored.key)
            return await self.find(seller_id, trade_no=stored.trade.trade_no)
        return stored

    async def open(self, order: Order, buyer_id: str) -> Trade:
        """The buyer appears and does not pay yet. An existing trade has to be payable by this buyer."""
        now = self._clock()
        trade = open_trade(order, self._identifiers.trade_no(now), buyer_id, now)
        if await self._stored(self._store.insert(trade, [])):
            self._watch_deadline(self._key(trade), trade.expires_at)
            return trade
        existing = (await self.find(order.seller_id, out_trade_no=order.out_trade_no)).trade
        check_same_terms(existing, order)
        existing.check_payable(buyer_id, now)
        return existing

    async def pay(self, order: Order, buyer_id: str) -> Trade:
        """The buyer of a link or code pays. A new trade is opened and paid in one write."""
        now = self._clock()
        paid = open_trade(order, self._identifiers.trade_no(now), buyer_id, now).pay(buyer_id, now)
        notices = self._notices(paid)
        if await self._stored(self._store.insert(paid.trade, notices)):
            self._took_effect(self._key(paid.trade), paid, notices)
            return paid.trade
        existing = await self.find(order.seller_id, out_trade_no=order.out_trade_no)

        def step(trade: Trade, at: datetime) -> Change:
            check_same_terms(trade, order)
            return replace(trade, order=order).pay(buyer_id, at)

        return (await self.change(existing, step)).trade

    def as_if_paid(self, order: Order, buyer_id: str) -> Trade:
        """The trade as if its buyer paid now; nothing is stored."""
        now = self._clock()
        return open_trade(order, self._identifiers.trade_no(now), buyer_id, now).pay(buyer_id, now).trade

    async def pay_existing(self, stored: StoredTrade, buyer_id: str) -> Trade:
        """The buyer of a waiting trade pays it."""
        return (await self.change(stored, lambda trade, at: trade.pay(buyer_id or trade.buyer_id, at))).trade

    async def refund(self, stored: StoredTrade, amount: int, out_request_no: str, reason: str) -> Change:
        """Refund from the seller's balance. Raises ACQ.SELLER_BALANCE_NOT_ENOUGH."""

        def step(trade: Trade, at: datetime) -> Change:
            change = trade.refund(amount, out_request_no, reason, at)
            self._check_funds(change)
            return change

        async with self._balances.lock(stored.trade.order.seller_id):
            return await self.change(stored, step)

    async def cancel(self, stored: StoredTrade) -> tuple[Trade, Literal["close", "refund"]]:
        """Close an unpaid trade or refund a paid one in full; says which."""
        action: Literal["close", "refund"] = "close"

        def step(trade: Trade, at: datetime) -> Change:
            nonlocal action
            change, action = trade.cancel(at)
            self._check_funds(change)
            return change

        async with self._balances.lock(stored.trade.order.seller_id):
            return (await self.change(stored, step)).trade, action

    async def expire(self, key: str) -> None:
        """Close a trade after its deadline, unless it is paid or closed already."""
        seller_id, _, out_trade_no = key.partition(":")
        stored = await self._store.find(seller_id, out_trade_no)
        if stored is not None and stored.trade.status is TradeStatus.WAIT_BUYER_PAY:
            try:
                await self.change(stored, lambda trade, at: trade.close(at))
            except GatewayFailure:  # paid or closed in the meantime
                return

    async def change(self, stored: StoredTrade, step: Step) -> Change:
        """Make one step; after a conflict, make it again from the current state."""
        current: StoredTrade | None = stored
        while current is not None:
            change = step(current.trade, self._clock())
            if change.trade == current.trade:
                return change
            notices = self._notices(change)
            if await self._stored(self._store.replace(current, change.trade, notices)):
                self._took_effect(current.key, change, notices)
                return change
            await asyncio.sleep(0)
            order = stored.trade.order
            current = await self._store.find(order.seller_id, order.out_trade_no)
        raise business("ACQ.TRADE_NOT_EXIST")

    async def _stored(self, write: Coroutine[Any, Any, bool]) -> bool:
        """The outcome of a write. A failed one may have taken effect; then its notices are not scheduled yet."""
        try:
            return await write
        except Unavailable:
            self._outcome_unknown()
            raise

    def _notices(self, change: Change) -> list[Notice]:
        trade = change.trade
        if not announces(trade):
            return []
        return [
            Notice(
                notify_id=self._identifiers.notify_id(),
                url=trade.order.notify_url,
                charset=trade.order.charset,
                fields=notice_fields(trade, change.refund),
                due=self._delivery.now(),
            )
        ]

    def _took_effect(self, key: str, change: Change, notices: list[Notice]) -> None:
        seller_id = change.trade.order.seller_id
        if change.refund is not None:
            self._balances.add(seller_id, -change.refund.amount)
        elif change.trade.status is TradeStatus.TRADE_SUCCESS:
            self._balances.add(seller_id, change.trade.order.total)
        for notice in notices:
            self._delivery.schedule(key, notice)

    def _check_funds(self, change: Change) -> None:
        if change.refund and self._balances.of(change.trade.order.seller_id) < change.refund.amount:
            raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")

    @staticmethod
    def _key(trade: Trade) -> str:
        return f"{trade.order.seller_id}:{trade.order.out_trade_no}"
