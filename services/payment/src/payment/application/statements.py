"""What owners and creators earned: their statements, and the postings of one day behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from payment.application.ports import Ledger, Owners
from payment.application.settlement_ports import Settlements
from payment.domain import ledger
from payment.domain.ledger import Pending, Posting
from payment.domain.statements import By, PeriodTotals, Statement

ENTRIES_PER_READ = 1_000
Days = tuple[str | None, str | None]
"""The first and the last day; None for no limit."""
MAX_STATEMENTS = 10_000
"""Of one payee on one day: one for each mini program."""


@dataclass(frozen=True, slots=True)
class Earner:
    """An owner or a creator, with the accounts that hold what they are owed.

    `mini_program_ids` narrows the search in the ledger; None for all.
    """

    kind: str
    id: str
    accounts: Sequence[str]
    mini_program_ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting in a statement, with what it adds to the amount owed, in fen."""

    posting: Posting
    amount: int


@dataclass(frozen=True, slots=True)
class Page:
    """Statements, and with a day its entries. `last` is the id after which the next page starts, None on the last page."""

    statements: Sequence[Statement]
    entries: Sequence[Entry] | None = None
    last: str | None = None


class Statements:
    """Reads statements and their postings."""

    def __init__(self, settlements: Settlements, postings: Ledger, owners: Owners) -> None:
        self._settlements = settlements
        self._ledger = postings
        self._owners = owners

    async def owner(self, owner_id: str) -> Earner:
        """The owner, with the accounts of all their mini programs."""
        mini_programs = await self._owners.of(owner_id)
        return Earner("owner", owner_id, [ledger.OWNER + m for m in mini_programs], mini_programs)

    def creator(self, creator_id: str) -> Earner:
        """The creator, with their one account."""
        return Earner("creator", creator_id, [ledger.CREATOR + creator_id])

    async def pending(self, earner: Earner) -> Pending:
        """What the earner is owed that is in no statement yet."""
        return await self._ledger.pending(earner.accounts)

    async def page(self, earner: Earner, after: str | None, limit: int) -> Page:
        """Statements, newest first."""
        found = await self._settlements.statements(
            earner.kind, earner.id, day=None, before=after, limit=limit + 1
        )
        shown = found[:limit]
        return Page(shown, last=shown[-1].id if len(found) > limit else None)

    async def page_of_day(self, earner: Earner, day: str, after: str | None, limit: int) -> Page:
        """All statements of a day, and a page of their entries, ordered by id."""
        statements = await self._settlements.statements(
            earner.kind, earner.id, day=day, before=None, limit=MAX_STATEMENTS
        )
        found = await self._entries(earner, day, after, limit + 1)
        shown = found[:limit]
        return Page(statements, shown, shown[-1].posting.id if len(found) > limit else None)

    async def periods(
        self, owner_id: str, by: By, days: Days, before: str | None, limit: int
    ) -> tuple[list[PeriodTotals], str | None]:
        """An owner's statements by day or month, newest first, and the id after which the next page starts."""
        found = await self._settlements.periods(owner_id, by, days, before, limit + 1)
        shown = found[:limit]
        return shown, shown[-1].id if len(found) > limit else None

    async def all_periods(self, owner_id: str, by: By, days: Days) -> AsyncIterator[list[PeriodTotals]]:
        """All of them, in portions."""
        before = None
        while found := await self._settlements.periods(owner_id, by, days, before, ENTRIES_PER_READ):
            yield found
            before = found[-1].id

    async def all_entries(self, earner: Earner, day: str) -> AsyncIterator[list[Entry]]:
        """All entries of a day, in portions."""
        after = None
        while entries := await self._entries(earner, day, after, ENTRIES_PER_READ):
            yield entries
            after = entries[-1].posting.id

    async def _entries(self, earner: Earner, day: str, after: str | None, limit: int) -> list[Entry]:
        postings = await self._ledger.claimed(day, earner.accounts, earner.mini_program_ids, after, limit)
        return [Entry(posting, posting.credit_of(earner.accounts)) for posting in postings]
