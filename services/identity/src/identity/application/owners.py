"""Owners apply; operators decide about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alike.names import keys_of
from contracts.audit import Actor
from identity.application.clients import ClientsOfSubject, NewClient
from identity.application.contracts_out import owner_contract
from identity.application.ports import OwnerStore
from identity.domain.clients import ADMIN, OWNER
from identity.domain.errors import NameTaken, NotFound, RegistrationClosed
from identity.domain.names import Flag, flags, must_be_free, names_of
from identity.domain.owners import Application, Owner, OwnerChanged, Reason
from runtime.acting import Action, acting
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change

FIRST_CLIENT = "first client"
REGISTRATION = "register_owner"
"""The action in the audit log. The call has no token, so the owner's first client counts as its actor."""

MAX_EQUAL = 20
"""Other owners of an equal name that are compared; of more, verified ones first."""


@dataclass(frozen=True, slots=True)
class Owners:
    """The use cases of owners. Each verdict may be repeated."""

    owners: OwnerStore
    clients: ClientsOfSubject
    clock: Clock
    new_id: NewId
    registration_is_open: bool

    async def register(self, application: Application) -> tuple[Owner, NewClient]:
        """A new owner with its first client, an admin. Raises RegistrationClosed."""
        if not self.registration_is_open:
            raise RegistrationClosed
        owner_id = f"owner_{self.new_id()}"
        # first the client: if the call fails in between, no owner is listed whom nobody can act for
        first = await self.clients.add(OWNER, owner_id, FIRST_CLIENT, ADMIN)
        actor = Actor(client_id=first.client.client_id, scope=OWNER, subject_id=owner_id, role=ADMIN)
        with acting(Action(REGISTRATION, actor)):
            result = await self.owners.change(
                owner_id, lambda _: _change(Owner.apply(owner_id, application, self.clock()))
            )
        return _existing(result.aggregate), first

    async def get(self, owner_id: str) -> Owner:
        """Raises NotFound."""
        return _existing(await self.owners.get(owner_id))

    async def page(self, status: str | None, asked: Asked, limit: int) -> Part[Owner]:
        """At most `limit` owners with this status (any, for None)."""
        return await self.owners.page(status, asked, limit)

    async def flags(self, owner: Owner) -> list[Flag]:
        """Names of this owner that equal another owner's, or contain a verified brand's."""
        keys = keys_of(names_of(owner).values())
        if not keys:
            return []
        equal = await self.owners.named(keys, MAX_EQUAL + 1)
        return flags(owner, equal, await self.owners.brands_within(keys))

    async def apply_again(self, owner_id: str, application: Application) -> Owner:
        """Raises NotFound, and WrongState while suspended."""
        return await self._decide(owner_id, lambda owner: owner.apply_again(application, self.clock()))

    async def put(
        self, owner_id: str, application: Application, expected: int | None = None
    ) -> tuple[Owner, bool]:
        """Enter an owner as verified, or change it; gives it and whether it is new.

        Raises WrongState while suspended, NameTaken for another name or kind if a verified brand has the name, and
        VersionConflict if it has not the `expected` version (0 for none yet).
        """
        present = await self.owners.get(owner_id)
        if present is None or (present.name, present.kind) != (application.name, application.kind):
            await self._must_be_free(owner_id, application.name)

        def decide(owner: Owner | None) -> Change[Owner] | None:
            must_be_version(expected, owner.version if owner is not None else 0)
            at = self.clock()
            return _change(owner.put(application, at) if owner else Owner.enter(owner_id, application, at))

        result = await self.owners.change(owner_id, decide)
        return _existing(result.aggregate), result.created

    async def verify(self, owner_id: str, reasons: Sequence[Reason] = ()) -> Owner:
        """Raises NotFound, WrongState while suspended, and, without reasons, NameTaken if a verified brand has the name, also one
        that is verified at the same moment."""
        owner = await self.get(owner_id)
        try:
            if owner.status != "verified" or owner.application is not None:
                await self._must_be_free(owner_id, (owner.application or owner).name)
            return await self._decide(owner_id, lambda owner: owner.verify(self.clock()))
        except NameTaken:
            if not reasons:
                raise
            return await self._decide(owner_id, lambda owner: owner.verify(self.clock(), shares_name=True))

    async def reject(self, owner_id: str, reasons: Sequence[Reason]) -> Owner:
        """Raises NotFound, and WrongState if no application waits."""
        return await self._decide(owner_id, lambda owner: owner.reject(tuple(reasons), self.clock()))

    async def suspend(self, owner_id: str, reasons: Sequence[Reason]) -> Owner:
        """Raises NotFound."""
        return await self._decide(owner_id, lambda owner: owner.suspend(tuple(reasons)))

    async def reinstate(self, owner_id: str) -> Owner:
        """Raises NotFound."""
        return await self._decide(owner_id, Owner.reinstate)

    async def _must_be_free(self, owner_id: str, name: str) -> None:
        brands = await self.owners.brands_within(keys_of([name]))
        must_be_free(name, [brand for brand in brands if brand.owner_id != owner_id])

    async def _decide(self, owner_id: str, rule: Callable[[Owner], OwnerChanged | None]) -> Owner:
        result = await self.owners.change(owner_id, lambda owner: _change(rule(_existing(owner))))
        return _existing(result.aggregate)


def _change(changed: OwnerChanged | None) -> Change[Owner] | None:
    return Change(changed[0], [owner_contract(changed[1], changed[0])]) if changed else None


def _existing(owner: Owner | None) -> Owner:
    if owner is None:
        raise NotFound("this owner")
    return owner
