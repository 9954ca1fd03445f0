"""Which tokens are refused at the moment: those of removed clients, and those of suspended hosts and creators."""

from __future__ import annotations

from dataclasses import dataclass

from identity.application.ports import PartnerStore, Revocations
from identity.domain.revocations import FOREVER, Revocation


@dataclass(frozen=True, slots=True)
class CurrentRevocations:
    """Read together, so that a partner's suspension and the end of its tokens are one write."""

    revocations: Revocations
    partners: PartnerStore

    async def all(self) -> list[Revocation]:
        """All that concern a token which can still be alive."""
        suspended = await self.partners.suspended()
        partners = [Revocation(partner.kind, partner.partner_id, FOREVER) for partner in suspended]
        return [*await self.revocations.all(), *partners]
