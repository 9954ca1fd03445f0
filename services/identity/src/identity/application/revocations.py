"""Which tokens are refused or restricted at the moment: those of removed clients, and those of suspended owners, hosts and creators."""

from __future__ import annotations

from dataclasses import dataclass

from identity.application.ports import OwnerStore, PartnerStore, Revocations
from identity.domain.revocations import FOREVER, OWNER, Revocation


@dataclass(frozen=True, slots=True)
class CurrentRevocations:
    """Read together, so that a suspension and what it means for tokens are one write."""

    revocations: Revocations
    owners: OwnerStore
    partners: PartnerStore

    async def all(self) -> list[Revocation]:
        """All that concern a token which can still be alive."""
        suspended = await self.partners.suspended()
        partners = [Revocation(partner.kind, partner.partner_id, FOREVER) for partner in suspended]
        owners = [Revocation(OWNER, owner_id, FOREVER) for owner_id in await self.owners.suspended()]
        return [*await self.revocations.all(), *owners, *partners]
