"""Records what owners pay of the commission they owe: those whose own Alipay merchant collects, and those refunded later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from payment.application.contracts_out import owner_payment_recorded
from payment.application.ports import Owners
from payment.application.settlement_ports import Settlements
from payment.domain.days import day_of
from payment.domain.errors import NotPaidYet, ReferenceUsed, UnknownOwner
from payment.domain.owner_payments import OwnerPayment, Received, payment_id_of, record
from runtime.clock import Clock
from runtime.errors import WriteConflict
from runtime.outbox.changes import Change

MAX_ATTEMPTS = 10
"""Two operators rarely record payments of one owner at once."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An owner's payments so far: the number of the last one, and what was paid for each mini program, in fen."""

    number: int
    paid: dict[str, int]


class OwnerPaymentStore(Protocol):
    """Payments of owners with their events: `runtime.outbox.versioned_store`."""

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, OwnerPayment]:
        """Those of the payments that exist, by id."""
        ...

    async def get(self, aggregate_id: str) -> OwnerPayment | None:
        """The payment with this id."""
        ...

    async def add(self, new: Change[OwnerPayment]) -> bool:
        """Store a new payment; False if its reference exists, or another payment has the owner's number."""
        ...

    async def recorded(self, owner_id: str) -> Recorded:
        """What the owner has paid so far."""
        ...

    async def of(self, owner_id: str, before: int | None, limit: int) -> list[OwnerPayment]:
        """The owner's payments, newest first, before the number `before`."""
        ...


class OwnerPayments:
    """Payments of owners to the platform. The transfers themselves are the bank's."""

    def __init__(
        self, payments: OwnerPaymentStore, settlements: Settlements, owners: Owners, clock: Clock
    ) -> None:
        self._payments = payments
        self._settlements = settlements
        self._owners = owners
        self._clock = clock

    async def record(self, received: Received) -> OwnerPayment:
        """Record a transfer; the same one again changes nothing.

        Raises ReferenceUsed for another transfer with this reference, UnknownOwner, NotPaidYet, and MoreThanOwed.
        """
        now = self._clock()
        if received.paid_on > day_of(now):
            raise NotPaidYet
        for _ in range(MAX_ATTEMPTS):
            number, debts = await self._debts(received.owner_id)
            # afterwards: a repeat that meets the first request must not find too little owed
            if (known := await self._payments.get(payment_id_of(received.reference))) is not None:
                if known.received != received:
                    raise ReferenceUsed(known.received.reference)
                return known
            payment = record(received, number + 1, debts, now)
            if await self._payments.add(Change(payment, owner_payment_recorded(payment))):
                return payment
        raise WriteConflict(f"payments of {received.owner_id} are being recorded by others")

    async def owed(self, owner_id: str) -> int:
        """What the owner owes by the statements so far, less what was recorded since, in fen. Raises UnknownOwner."""
        _, debts = await self._debts(owner_id)
        return sum(debts.values())

    async def page(
        self, owner_id: str, before: int | None, limit: int
    ) -> tuple[Sequence[OwnerPayment], int | None]:
        """The owner's payments, newest first, and the number before which the next page starts."""
        found = await self._payments.of(owner_id, before, limit + 1)
        shown = found[:limit]
        return shown, shown[-1].number if len(found) > limit else None

    async def _debts(self, owner_id: str) -> tuple[int, dict[str, int]]:
        """The number of the last payment, and what is still owed for each mini program, in fen.

        Payments are read first: one that a statement lists in between is counted twice, so that too little is taken as owed
        rather than too much.
        """
        mini_programs = await self._owners.of(owner_id)
        if not mini_programs:
            raise UnknownOwner(owner_id)
        recorded = await self._payments.recorded(owner_id)
        left = await self._settlements.left(mini_programs)
        debts = {
            mini_program_id: -balance.closing - (recorded.paid.get(mini_program_id, 0) - balance.paid)
            for mini_program_id, balance in left.items()
        }
        return recorded.number, {name: debt for name, debt in debts.items() if debt > 0}
