"""Owners apply; operators decide about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from identity.application.clients import ClientsOfSubject, NewClient
from identity.application.contracts_out import owner_contract
from identity.application.ports import OwnerStore
from identity.domain.clients import ADMIN, OWNER
from identity.domain.errors import NotFound, RegistrationClosed
from identity.domain.owners import Application, Owner, OwnerChanged, Reason
from runtime.ids import NewId
from runtime.outbox.changes import Change

FIRST_CLIENT = "first client"


@dataclass(frozen=True, slots=True)
class Owners:
    """The use cases of owners. Each verdict may be repeated."""

    owners: OwnerStore
    clients: ClientsOfSubject
    new_id: NewId
    registration_is_open: bool

    async def register(self, application: Application) -> tuple[Owner, NewClient]:
        """A new owner with its first client, an admin. Raises RegistrationClosed."""
        if not self.registration_is_open:
            raise RegistrationClosed
        owner_id = f"owner_{self.new_id()}"
        # first the client: if the call fails in between, no owner is listed whom nobody can act for
        first = await self.clients.add(OWNER, owner_id, FIRST_CLIENT, ADMIN)
        result = await self.owners.change(owner_id, lambda _: _change(Owner.apply(owner_id, application)))
        return _existing(result.aggregate), first

    async def get(self, owner_id: str) -> Owner:
        """Raises NotFound."""
        return _existing(await self.owners.get(owner_id))

    async def page(self, status: str | None, after: str | None, limit: int) -> list[Owner]:
        """Owners with this status (any, for None), by id, from the one after `after`."""
        return await self.owners.page(status, after, limit)

    async def apply_again(self, owner_id: str, application: Application) -> Owner:
        """Raises NotFound, and WrongState while suspended."""
        return await self._decide(owner_id, lambda owner: owner.apply_again(application))

    async def put(self, owner_id: str, application: Application) -> tuple[Owner, bool]:
        """Enter an owner as verified, or change it; gives it and whether it is new."""

        def decide(owner: Owner | None) -> Change[Owner] | None:
            return _change(owner.put(application) if owner else Owner.enter(owner_id, application))

        result = await self.owners.change(owner_id, decide)
        return _existing(result.aggregate), result.created

    async def verify(self, owner_id: str) -> Owner:
        """Raises NotFound, and WrongState while suspended."""
        return await self._decide(owner_id, Owner.verify)

    async def reject(self, owner_id: str, reasons: Sequence[Reason]) -> Owner:
        """Raises NotFound, and WrongState if no application waits."""
        return await self._decide(owner_id, lambda owner: owner.reject(tuple(reasons)))

    async def suspend(self, owner_id: str, reasons: Sequence[Reason]) -> Owner:
        """Raises NotFound."""
        return await self._decide(owner_id, lambda owner: owner.suspend(tuple(reasons)))

    async def reinstate(self, owner_id: str) -> Owner:
        """Raises NotFound."""
        return await self._decide(owner_id, Owner.reinstate)

    async def _decide(self, owner_id: str, rule: Callable[[Owner], OwnerChanged | None]) -> Owner:
        result = await self.owners.change(owner_id, lambda owner: _change(rule(_existing(owner))))
        return _existing(result.aggregate)


def _change(changed: OwnerChanged | None) -> Change[Owner] | None:
    return Change(changed[0], [owner_contract(changed[1], changed[0])]) if changed else None


def _existing(owner: Owner | None) -> Owner:
    if owner is None:
        raise NotFound("this owner")
    return owner
