"""Owners of mini programs: they apply, and operators verify, reject, suspend and reinstate them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from identity.domain.errors import WrongState
from identity.domain.events import (
    OwnerApplied,
    OwnerEvent,
    OwnerReinstated,
    OwnerRejected,
    OwnerSuspended,
    OwnerVerified,
)

OwnerKind = Literal["brand", "platform", "celebrity"]
OwnerStatus = Literal["applied", "verified", "rejected", "suspended"]
Outcome = Literal["approved", "rejected", "replaced"]
MAX_HISTORY = 50
"""Applications that are kept; of more, the oldest go."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an application was rejected or an owner suspended; `field` names what is wrong, if it is one thing."""

    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person whom operators can reach. In no event."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """What an owner asks to be: name and kind, with its contact and what it says about itself."""

    name: str
    kind: OwnerKind
    contact: Contact
    statement: str = ""


@dataclass(frozen=True, slots=True)
class PastApplication:
    """An application with its verdict. One that is `replaced` gave way to the owner's next one before it was decided.

    `applied_at` is None if it waited before the platform kept this time.
    """

    application: Application
    applied_at: datetime | None
    outcome: Outcome
    decided_at: datetime
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner. `name` and `kind` are those that it applied with until it is verified, and the verified ones afterwards.

    `application` waits for a verdict since `applied_at`, if there is one; `history` has the earlier ones, the oldest first.
    `status_before` is what a reinstatement gives back. `shares_name` is whether it was verified although another verified brand
    holds its name, because an operator said why.
    """

    owner_id: str
    name: str
    kind: OwnerKind
    contact: Contact
    status: OwnerStatus
    reasons: tuple[Reason, ...] = ()
    application: Application | None = None
    applied_at: datetime | None = None
    history: tuple[PastApplication, ...] = ()
    status_before: OwnerStatus = "applied"
    version: int = 1
    shares_name: bool = False

    @property
    def is_brand(self) -> bool:
        """Whether it is verified as a brand, also while it is suspended."""
        status = self.status_before if self.status == "suspended" else self.status
        return self.kind == "brand" and status == "verified"

    @classmethod
    def apply(cls, owner_id: str, application: Application, at: datetime) -> OwnerChanged:
        """A new owner, who can prepare everything and publish nothing."""
        owner = cls(
            owner_id,
            application.name,
            application.kind,
            application.contact,
            "applied",
            application=application,
            applied_at=at,
        )
        return owner, OwnerApplied(owner_id)

    @classmethod
    def enter(cls, owner_id: str, application: Application, at: datetime) -> OwnerChanged:
        """A new owner whom an operator enters, verified at once."""
        owner, _ = cls.apply(owner_id, application, at)
        decided = owner._decided("approved", at)
        return replace(decided, status="verified"), OwnerVerified(owner_id)

    def apply_again(self, application: Application, at: datetime) -> OwnerChanged | None:
        """Ask for another name or kind, or once more after a rejection. Raises WrongState while suspended."""
        if self.status == "suspended":
            raise WrongState("This owner is suspended and cannot apply. Ask an operator to reinstate it.")
        if application == self.application:
            return None
        waiting = replace(self._decided("replaced", at), application=application, applied_at=at, reasons=())
        if self.status == "verified":
            return waiting._changed(OwnerApplied(self.owner_id))
        return waiting._changed(
            OwnerApplied(self.owner_id), status="applied",
            name=application.name, kind=application.kind, contact=application.contact,
        )  # fmt: skip

    def verify(self, at: datetime, *, shares_name: bool = False) -> OwnerChanged | None:
        """Take the application, or verify after a rejection. Raises WrongState while suspended."""
        if self.status == "suspended":
            raise WrongState("This owner is suspended. Reinstate it first.")
        if self.status == "verified" and self.application is None:
            return None
        wanted = self.application
        if wanted is None:
            return self._changed(
                OwnerVerified(self.owner_id), status="verified", reasons=(), shares_name=shares_name
            )
        shares_name = shares_name or (self.shares_name and wanted.name == self.name)
        return self._decided("approved", at)._changed(
            OwnerVerified(self.owner_id), status="verified", reasons=(), shares_name=shares_name,
            name=wanted.name, kind=wanted.kind, contact=wanted.contact,
        )  # fmt: skip

    def put(self, application: Application, at: datetime) -> OwnerChanged | None:
        """What an operator enters for an owner: verified, with this name, kind and contact."""
        as_wanted = (self.name, self.kind, self.contact) == (
            application.name,
            application.kind,
            application.contact,
        )
        if self.status == "verified" and self.application is None and as_wanted:
            return None
        entered = replace(self._decided("replaced", at), application=application, applied_at=at)
        return entered.verify(at)

    def reject(self, reasons: tuple[Reason, ...], at: datetime) -> OwnerChanged | None:
        """Refuse the application; a verified owner keeps its name and kind. Raises WrongState if none waits."""
        if self.application is None:
            if self.status == "rejected" and self.reasons == reasons:
                return None
            raise WrongState(
                "No application of this owner waits for a verdict. A verified owner can be suspended."
            )
        status: OwnerStatus = "verified" if self.status == "verified" else "rejected"
        if self.status == "suspended":
            status = "suspended"
        decided = self._decided("rejected", at, reasons)
        return decided._changed(OwnerRejected(self.owner_id), status=status, reasons=reasons)

    def suspend(self, reasons: tuple[Reason, ...]) -> OwnerChanged | None:
        """Close everything of this owner to viewers."""
        if self.status == "suspended" and self.reasons == reasons:
            return None
        before = self.status_before if self.status == "suspended" else self.status
        return self._changed(
            OwnerSuspended(self.owner_id), status="suspended", reasons=reasons, status_before=before
        )

    def reinstate(self) -> OwnerChanged | None:
        """End a suspension."""
        if self.status != "suspended":
            return None
        return self._changed(OwnerReinstated(self.owner_id), status=self.status_before, reasons=())

    def _decided(self, outcome: Outcome, at: datetime, reasons: tuple[Reason, ...] = ()) -> Owner:
        """The waiting application, if there is one, goes into the history."""
        if self.application is None:
            return self
        past = PastApplication(self.application, self.applied_at, outcome, at, reasons)
        return replace(self, application=None, applied_at=None, history=(*self.history, past)[-MAX_HISTORY:])

    def _changed(self, event: OwnerEvent, **fields: object) -> OwnerChanged:
        return replace(self, version=self.version + 1, **fields), event  # type: ignore[arg-type]


OwnerChanged: TypeAlias = tuple[Owner, OwnerEvent]
"""An owner after a command, and what happened to it."""
