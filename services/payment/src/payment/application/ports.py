"""What the use cases need from outside: providers, stores, the ledger, leases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from contracts.catalog import MiniProgramState
from contracts.event import Event
from payment.domain.ledger import Pending, Posting, Receipt
from payment.domain.provider import Form, Notice, Offer, RefundAnswer, TradeAnswer
from payment.domain.reconciliation import Movement, Report
from payment.domain.refund import Refund
from payment.domain.statements import Totals
from payment.domain.trade import Collector, StoredTrade, Trade
from runtime.outbox.changes import Change, Command, Result


class PaymentProvider(Protocol):
    """One payment provider. A missing answer is `Unsure`, not an exception, except where stated."""

    def collectors(self) -> Mapping[str, Collector]:
        """Who can collect at the moment, by the merchant's name in the settings."""
        ...

    def billed(self) -> Collection[Collector]:
        """Every account that may have a bill: of those who can collect, and of those who could before."""

    def form(self, trade: Trade, product: str, now: datetime) -> Form:
        """How the payer pays this trade with this product until its deadline. No I/O."""
        ...

    async def offer(self, trade: Trade, product: str, payer: str | None, now: datetime) -> Form:
        """The same for every product, including those for which the provider has to be called first.

        `payer` is the payer's name at the provider, for products that need it. Raises ProviderUnavailable when it is unknown
        whether the provider has the trade now (the call can be repeated), and ProviderRefused.
        """
        ...

    async def query(self, trade: Trade) -> TradeAnswer:
        """The state of the trade at the provider."""
        ...

    async def close(self, trade: Trade) -> TradeAnswer:
        """Close an unpaid trade: Ended, NeverSeen, or Unsure when it could not be closed."""
        ...

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """Send the refund; repeating the same refund moves no money again."""
        ...

    async def query_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """The state of the refund at the provider."""
        ...

    async def read_notice(self, body: bytes) -> Notice:
        """The verified content of a notice; raises BadNotice."""
        ...

    async def read_return(self, query: bytes) -> str:
        """The order id in the verified query of the address that the payer's browser returned to; raises BadNotice."""
        ...

    async def bill(self, collector: Collector, day: date) -> Sequence[Movement]:
        """All money that moved for the collector on that day; raises NoBill, BillNotReady or ProviderUnavailable."""
        ...


class TradeStore(Protocol):
    """Trades with their events: `runtime.outbox.versioned_store`."""

    async def get(self, aggregate_id: str) -> StoredTrade | None:
        """The trade as the database has it."""
        ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, StoredTrade]:
        """Those of the trades that exist, by order id, as the database has them."""
        ...

    async def insert(self, new: Sequence[Change[StoredTrade]]) -> list[bool | Exception]:
        """Store new trades; False for an order under whose id something is stored already: that stays as it is."""
        ...

    async def change_many(
        self, commands: Sequence[Command[StoredTrade]]
    ) -> list[Result[StoredTrade] | Exception]:
        """Decide and write all commands; one outcome for each, in order."""
        ...


class Announcer(Protocol):
    """Announces recorded events again: `runtime.outbox.announcer`."""

    async def again(self, aggregate_id: str, *types: type[Event], **fields: str) -> bool:
        """Announce the newest event of these types whose fields have these values; False if there is none."""
        ...


class TradeQueries(Protocol):
    """Searches in the trades."""

    async def due(self, now: datetime, limit: int, *, but: Collection[str]) -> list[Trade]:
        """Trades to work on now, the longest due first, without the orders in `but`.

        A trade that has a `due_at` and was changed in the future, by a clock that was ahead, is due at once.
        """
        ...

    def movements(self, day: date, collector: str | None = None) -> AsyncIterator[Movement]:
        """Money that moved on that day according to the trades, for one collector or all."""
        ...


class Offers(Protocol):
    """Ways to pay that were given out, by idempotency key, so that the same request gets the same answer."""

    async def find(self, key: str, fingerprint: str) -> Offer | None:
        """The offer given under the key; raises KeyReused when the request had another fingerprint."""
        ...

    async def keep(self, key: str, fingerprint: str, offer: Offer, now: datetime) -> Offer:
        """Keep the offer unless there is one under the key, and return the kept one; raises KeyReused."""
        ...


class Ledger(Protocol):
    """The postings."""

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        """Add the postings whose id is new; a posting is never changed or removed."""
        ...

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Make the postings of these orders due, also those that are added later; an order's first receipt counts.

        A posting is due on the day of the receipt, or on its own day if that is later.
        """
        ...

    async def moved(self, day: date) -> set[tuple[str, str | None]]:
        """The payments and refunds of that day that are posted: order and refund ids."""
        ...

    async def unclaimed_days(self, until: date) -> list[date]:
        """Days up to and including `until` with postings that are due on them and in no statement."""
        ...

    async def unclaimed_mini_programs(self, until: date) -> set[str]:
        """The mini programs of the postings that are due by `until` and in no statement."""
        ...

    async def claim(self, day: date, *, but: Collection[str]) -> None:
        """Assign every posting that is due by the day and in no statement to the day's statements.

        Leaves out the mini programs in `but`, and assigns nothing to a day that is not open.
        """
        ...

    async def totals(self, day: date) -> list[Totals]:
        """The sums of the day's claimed postings for each payee."""
        ...

    async def platform(self, day: date) -> int:
        """The platform's commission in the day's claimed postings, in fen."""
        ...

    async def pending(self, accounts: Sequence[str]) -> Pending:
        """What is owed on these accounts and in no statement yet."""
        ...

    async def balances(self) -> dict[str, int]:
        """The balance of every account in fen, debits positive; they sum to zero."""
        ...

    async def claimed(
        self,
        day: str,
        accounts: Sequence[str],
        mini_program_ids: Sequence[str] | None,
        after: str | None,
        limit: int,
    ) -> list[Posting]:
        """The day's claimed postings on these accounts, ordered by id, after the id `after`."""
        ...

    def movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """Money that moved on that day according to the ledger."""
        ...


class Owners(Protocol):
    """Which owner each mini program belongs to: a projection of catalog's stream."""

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        """Keep the newest owner of each; an older or repeated state changes nothing."""
        ...

    async def all(self) -> dict[str, str]:
        """The owner's id by mini program."""
        ...

    async def of(self, owner_id: str) -> list[str]:
        """The owner's mini programs."""
        ...


class Reports(Protocol):
    """Stored reconciliations."""

    async def keep(self, reports: Sequence[Report]) -> None:
        """Store the reports; a later one replaces an earlier one for the same day and collector."""
        ...

    async def of_day(self, day: date) -> list[Report]:
        """The stored reports of a day."""
        ...


class Lease(Protocol):
    """The right of one replica to do a job, for `length` at a time: `runtime.mongo.lease`."""

    length: timedelta

    async def acquire(self) -> bool:
        """Acquire or renew it; False while another replica has it."""
        ...

    async def release(self) -> None:
        """Let another replica have it at once."""
        ...
