"""What settling and paying out need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from payment.domain.payouts import Payout, PayoutStatus
from payment.domain.statements import By, Left, PeriodTotals, SettlementDay, Statement
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change, Decide, Result


class Settlements(Protocol):
    """Settled days and their statements."""

    async def get(self, day: date) -> SettlementDay | None:
        """The day; None when its settlement has not begun."""

    async def latest(self) -> SettlementDay | None:
        """The day with the highest number."""

    async def unsettled(self) -> list[SettlementDay]:
        """The days that are not closed, in the order of their numbers."""

    async def renumber(self, day: SettlementDay, number: int) -> SettlementDay:
        """Give a day that is not closed this number, unless another day has it; the day as it is stored by now."""

    async def begin(self, day: SettlementDay) -> bool:
        """Store a new day; False if the day, or another one with its number, is stored already."""

    async def advance(self, day: SettlementDay) -> None:
        """Store that the day is claimed, or closed; a day that has got that far stays as it is."""

    async def openings(self, day: date) -> dict[tuple[str, str], int]:
        """The balances left by each account's latest statement of another day, by mini program and account, but zeros."""

    async def left(self, mini_program_ids: Sequence[str]) -> dict[str, Left]:
        """What the owner's statements so far leave, by mini program, for those that have any."""

    async def add(self, statements: Sequence[Statement]) -> None:
        """Store the statements; existing ones stay."""

    async def of_day(self, day: date) -> list[Statement]:
        """All stored statements of the day."""

    async def statements(
        self, payee_kind: str, payee: str, *, day: str | None, before: str | None, limit: int
    ) -> list[Statement]:
        """A payee's statements, newest first; `before` is the id of the last one seen."""

    async def periods(
        self, owner_id: str, by: By, days: tuple[str | None, str | None], before: str | None, limit: int
    ) -> list[PeriodTotals]:
        """An owner's statements added up by day or month, newest first, from the first to the last of `days`."""


class Payouts(Protocol):
    """Payouts with their events: `runtime.outbox.versioned_store`."""

    async def get(self, aggregate_id: str) -> Payout | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, Payout]:
        """Those of the payouts that exist, by id."""
        ...

    async def insert(self, new: Sequence[Change[Payout]]) -> list[bool | Exception]:
        """Store new payouts; existing ones stay."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Payout]) -> Result[Payout]:
        """Store what `decide` makes of the payout."""
        ...

    async def page(
        self, *, status: PayoutStatus | None = None, day: str | None = None, asked: Asked, limit: int
    ) -> Part[Payout]:
        """At most `limit` payouts, by id in the order of their statements' ids, which begin with the day."""
        ...
