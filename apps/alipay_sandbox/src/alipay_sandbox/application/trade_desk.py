"""Everything that happens to a trade: one step of the domain, stored once, then announced."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from pymongo.errors import PyMongoError

from alipay_sandbox.adapters.trade_store import StoredTrade, TradeStore
from alipay_sandbox.application.accounts import Accounts
from alipay_sandbox.domain.failures import GatewayFailure, business
from alipay_sandbox.domain.notices import Notice, announces, notice_fields
from alipay_sandbox.domain.order import Order
from alipay_sandbox.domain.trade import Change, Trade, TradeStatus, check_same_terms, open_trade

Step = Callable[[Trade, datetime], Change]


class Identifiers(Protocol):
    """Where fresh numbers come from."""

    def trade_no(self, at: datetime) -> str:
        """A new trade number of Alipay's, 28 digits."""
        ...

    def notify_id(self) -> str:
        """A new notice's id."""
        ...


class Announcer(Protocol):
    """Who delivers what is stored."""

    def plan(self, key: str, notice: Notice) -> None:
        """Delivers a notice when it is due."""
        ...

    def now(self) -> datetime:
        """The present moment on the notice clock."""
        ...


class TradeDesk:
    """Opens, pays, closes, finishes and refunds trades."""

    def __init__(
        self,
        *,
        store: TradeStore,
        announcer: Announcer,
        accounts: Accounts,
        identifiers: Identifiers,
        clock: Callable[[], datetime],
        wait_for: Callable[[str, datetime], None],
        doubt: Callable[[], None],
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._accounts = accounts
        self._identifiers = identifiers
        self._clock = clock
        self._wait_for = wait_for
        self._doubt = doubt

    async def find(self, seller_id: str, *, out_trade_no: str = "", trade_no: str = "") -> StoredTrade:
        """The seller's trade, closed first if its time is over; `trade_no` wins. ACQ.TRADE_NOT_EXIST if none."""
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
        """The buyer appears and does not pay yet; a trade that is there already has to be payable by this buyer."""
        now = self._clock()
        trade = open_trade(order, self._identifiers.trade_no(now), buyer_id, now)
        if await self._stored(self._store.insert(trade, [])):
            self._wait_for(self._key(trade), trade.expires_at)
            return trade
        existing = (await self.find(order.seller_id, out_trade_no=order.out_trade_no)).trade
        check_same_terms(existing, order)
        existing.check_payable(buyer_id, now)
        return existing

    async def pay(self, order: Order, buyer_id: str) -> Trade:
        """The buyer of a link or code pays: the trade comes to be paid, in one write."""
        now = self._clock()
        paid = open_trade(order, self._identifiers.trade_no(now), buyer_id, now).pay(buyer_id, now)
        notices = self._announcements(paid)
        if await self._stored(self._store.insert(paid.trade, notices)):
            self._took_effect(self._key(paid.trade), paid, notices)
            return paid.trade
        existing = await self.find(order.seller_id, out_trade_no=order.out_trade_no)

        def step(trade: Trade, at: datetime) -> Change:
            check_same_terms(trade, order)
            return replace(trade, order=order).pay(buyer_id, at)

        return (await self.change(existing, step)).trade

    def as_if_paid(self, order: Order, buyer_id: str) -> Trade:
        """What the trade would be had its buyer paid now; nothing is stored."""
        now = self._clock()
        return open_trade(order, self._identifiers.trade_no(now), buyer_id, now).pay(buyer_id, now).trade

    async def pay_existing(self, stored: StoredTrade, buyer_id: str) -> Trade:
        """The buyer of a trade that waits pays it."""
        return (await self.change(stored, lambda trade, at: trade.pay(buyer_id or trade.buyer_id, at))).trade

    async def refund(self, stored: StoredTrade, amount: int, out_request_no: str, reason: str) -> Change:
        """Gives money back, from what the seller has: ACQ.SELLER_BALANCE_NOT_ENOUGH if that is too little."""

        def step(trade: Trade, at: datetime) -> Change:
            change = trade.refund(amount, out_request_no, reason, at)
            self._check_funds(change)
            return change

        async with self._accounts.lock(stored.trade.order.seller_id):
            return await self.change(stored, step)

    async def cancel(self, stored: StoredTrade) -> tuple[Trade, Literal["close", "refund"]]:
        """Closes an unpaid trade or refunds a paid one whole, and says which."""
        action: Literal["close", "refund"] = "close"

        def step(trade: Trade, at: datetime) -> Change:
            nonlocal action
            change, action = trade.cancel(at)
            self._check_funds(change)
            return change

        async with self._accounts.lock(stored.trade.order.seller_id):
            return (await self.change(stored, step)).trade, action

    async def expire(self, key: str) -> None:
        """Closes a trade whose time to pay is over; one that is paid or closed by now stays as it is."""
        seller_id, _, out_trade_no = key.partition(":")
        stored = await self._store.find(seller_id, out_trade_no)
        if stored is not None and stored.trade.status is TradeStatus.WAIT_BUYER_PAY:
            try:
                await self.change(stored, lambda trade, at: trade.close(at))
            except GatewayFailure:  # paid or closed in the meantime
                return

    async def change(self, stored: StoredTrade, step: Step) -> Change:
        """Makes one step, again from the newest state if another change came first."""
        current: StoredTrade | None = stored
        while current is not None:
            change = step(current.trade, self._clock())
            if change.trade == current.trade:
                return change
            notices = self._announcements(change)
            if await self._stored(self._store.replace(current, change.trade, notices)):
                self._took_effect(current.key, change, notices)
                return change
            await asyncio.sleep(0)
            order = stored.trade.order
            current = await self._store.find(order.seller_id, order.out_trade_no)
        raise business("ACQ.TRADE_NOT_EXIST")

    async def _stored(self, write: Coroutine[Any, Any, bool]) -> bool:
        """The outcome of a write. One that fails may have taken effect, and then nobody has planned its notices."""
        try:
            return await write
        except PyMongoError:
            self._doubt()
            raise

    def _announcements(self, change: Change) -> list[Notice]:
        trade = change.trade
        if not announces(trade):
            return []
        return [
            Notice(
                notify_id=self._identifiers.notify_id(),
                url=trade.order.notify_url,
                charset=trade.order.charset,
                fields=notice_fields(trade, change.refund),
                due=self._announcer.now(),
            )
        ]

    def _took_effect(self, key: str, change: Change, notices: list[Notice]) -> None:
        seller_id = change.trade.order.seller_id
        if change.refund is not None:
            self._accounts.add(seller_id, -change.refund.amount)
        elif change.trade.status is TradeStatus.TRADE_SUCCESS:
            self._accounts.add(seller_id, change.trade.order.total)
        for notice in notices:
            self._announcer.plan(key, notice)

    def _check_funds(self, change: Change) -> None:
        if change.refund and self._accounts.balance(change.trade.order.seller_id) < change.refund.amount:
            raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")

    @staticmethod
    def _key(trade: Trade) -> str:
        return f"{trade.order.seller_id}:{trade.order.out_trade_no}"
