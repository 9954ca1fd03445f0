"""Operators register hosts and creators, suspend them and reinstate them.

A suspended partner's calls are refused because it is suspended (`CurrentRevocations`): there is nothing else to write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from identity.application.clients import ClientsOfSubject, NewClient
from identity.application.contracts_out import partner_contracts
from identity.application.ports import PartnerStore
from identity.domain.clients import ADMIN
from identity.domain.errors import NotFound
from identity.domain.partners import Partner, PartnerKind
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change

FIRST_CLIENT = "first client"


@dataclass(frozen=True, slots=True)
class Partners:
    """The use cases of hosts and creators. Suspending and reinstating may be repeated."""

    partners: PartnerStore
    clients: ClientsOfSubject
    new_id: NewId

    async def register(
        self, kind: PartnerKind, name: str, return_origins: tuple[str, ...] | None = None
    ) -> tuple[Partner, NewClient]:
        """A new partner with its first client, an admin."""
        partner_id = f"{kind}_{self.new_id()}"
        # first the client: if the call fails in between, no partner is listed whom nobody can act for
        first = await self.clients.add(kind, partner_id, FIRST_CLIENT, ADMIN)
        partner, _ = await self.put(kind, partner_id, name, return_origins)
        return partner, first

    async def put(
        self,
        kind: PartnerKind,
        partner_id: str,
        name: str,
        return_origins: tuple[str, ...] | None = None,
        expected: int | None = None,
    ) -> tuple[Partner, bool]:
        """Register it under this id, or give it this name and, unless None, these origins; gives it and whether it is new.

        Raises NotFound if the id is of the other kind, and VersionConflict if it has not the `expected` version (0 for none yet).
        """

        def decide(stored: Partner | None) -> Change[Partner] | None:
            must_be_version(expected, _of_kind(stored, kind).version if stored is not None else 0)
            if stored is None:
                return _change(Partner(partner_id, kind, name, return_origins=return_origins or ()))
            return _change(_of_kind(stored, kind).enter(name, return_origins))

        result = await self.partners.change(partner_id, decide)
        return _of_kind(result.aggregate, kind), result.created

    async def page(self, kind: PartnerKind, asked: Asked, limit: int) -> Part[Partner]:
        """At most `limit` partners of this kind."""
        return await self.partners.page(kind, asked, limit)

    async def get(self, kind: PartnerKind, partner_id: str) -> Partner:
        """Raises NotFound."""
        return _of_kind(await self.partners.get(partner_id), kind)

    async def suspend(self, kind: PartnerKind, partner_id: str, reasons: tuple[str, ...]) -> Partner:
        """Its calls, and those of its viewers, are refused everywhere within 5 seconds. Raises NotFound."""
        return await self._decide(kind, partner_id, lambda stored: stored.suspend(reasons))

    async def reinstate(self, kind: PartnerKind, partner_id: str) -> Partner:
        """Raises NotFound."""
        return await self._decide(kind, partner_id, Partner.reinstate)

    async def _decide(
        self, kind: PartnerKind, partner_id: str, rule: Callable[[Partner], Partner | None]
    ) -> Partner:
        result = await self.partners.change(partner_id, lambda stored: _change(rule(_of_kind(stored, kind))))
        return _of_kind(result.aggregate, kind)


def _change(partner: Partner | None) -> Change[Partner] | None:
    return Change(partner, partner_contracts(partner)) if partner else None


def _of_kind(partner: Partner | None, kind: PartnerKind) -> Partner:
    if partner is None or partner.kind != kind:
        raise NotFound(f"this {kind}")
    return partner
