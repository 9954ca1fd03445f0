"""Payouts for operators: what is to be transferred, and by which transfer it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from payment.application.settlement_ports import Payouts
from payment.domain.errors import UnknownPayout
from payment.domain.payouts import Payout, PayoutStatus, Transfer
from runtime.clock import Clock
from runtime.listing import Asked, ById, Part
from runtime.outbox.changes import Change

PAYOUTS_PER_READ = 1_000


class PayoutDesk:
    """The bank transfers outside the platform; operators take the day's file to it, and mark what it has transferred."""

    def __init__(self, payouts: Payouts, clock: Clock) -> None:
        self._payouts = payouts
        self._clock = clock

    async def page(self, status: PayoutStatus | None, asked: Asked, limit: int) -> Part[Payout]:
        """At most `limit` payouts of a status (any, for None)."""
        return await self._payouts.page(status=status, asked=asked, limit=limit)

    async def get(self, payout_id: str) -> Payout:
        """Raises UnknownPayout."""
        payout = await self._payouts.get(payout_id)
        if payout is None:
            raise UnknownPayout(payout_id)
        return payout

    async def of_day(self, day: str) -> AsyncIterator[Sequence[Payout]]:
        """All payouts of a day's statements, in portions."""
        asked: Asked | None = ById()
        while asked is not None:
            found = await self._payouts.page(day=day, asked=asked, limit=PAYOUTS_PER_READ)
            yield found.items
            asked = found.following

    async def settle(self, payout_id: str, reference: str, key: str) -> Payout:
        """Record that the bank has transferred it. Raises UnknownPayout, KeyReused and AlreadySettled."""
        transfer = Transfer(reference, key, self._clock())

        def decide(payout: Payout | None) -> Change[Payout] | None:
            if payout is None:
                raise UnknownPayout(payout_id)
            settled = payout.settle(transfer)
            return Change(settled) if settled is not payout else None

        settled = (await self._payouts.change(payout_id, decide)).aggregate
        assert settled is not None  # noqa: S101 - decide accepts no missing payout
        return settled
