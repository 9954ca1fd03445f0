"""Money to transfer to a payee for one statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from payment.domain.errors import AlreadySettled, KeyReused
from payment.domain.ledger import CREATOR


class PayoutStatus(StrEnum):
    """Whether the bank has transferred it."""

    PENDING = "pending"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The bank's transfer: its number at the bank, and the idempotency key with which an operator named it."""

    reference: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Payout:
    """What a statement pays to a payee, in fen, and the transfer by which it was paid."""

    payout_id: str
    statement_id: str
    amount: int
    payee: str
    at: datetime
    version: int = 1
    transfer: Transfer | None = None

    @property
    def status(self) -> PayoutStatus:
        """Settled once the transfer is known."""
        return PayoutStatus.PENDING if self.transfer is None else PayoutStatus.SETTLED

    @property
    def day(self) -> str:
        """The day of its statement."""
        return self.statement_id.split(":")[0]

    @property
    def mini_program_id(self) -> str:
        """The mini program of its statement."""
        return self.statement_id.split(":")[1]

    @property
    def payee_kind(self) -> str:
        """Owner or creator."""
        account = self.statement_id.split(":", 2)[2]
        return "creator" if account.startswith(CREATOR) else "owner"

    def settle(self, transfer: Transfer) -> Payout:
        """With its transfer; the same one again changes nothing.

        Raises KeyReused for another reference under the same key, and AlreadySettled for one under another key.
        """
        if self.transfer is None:
            return replace(self, transfer=transfer, version=self.version + 1)
        if self.transfer.reference == transfer.reference:
            return self
        raise KeyReused if self.transfer.key == transfer.key else AlreadySettled(self.transfer.reference)
