"""Delivery terms: their owner sets them, buyers read them, and each order's fee follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.application.access import Access, Owner
from checkout.application.cart_ports import DeliveryTermsStore
from checkout.domain.delivery import DeliveryTerms, RegionFee
from checkout.domain.errors import MiniProgramNotFound
from runtime.errors import must_be_version
from runtime.outbox.changes import Change


@dataclass(frozen=True, slots=True)
class KeepDeliveryTerms:
    """Both methods raise MiniProgramNotFound for another owner's mini program."""

    terms: DeliveryTermsStore
    access: Access

    async def read(self, owner: Owner, mini_program_id: str) -> DeliveryTerms:
        """The terms as they are stored."""
        self._check(owner, mini_program_id)
        return await self.terms.get(mini_program_id) or DeliveryTerms(mini_program_id)

    async def put(
        self,
        owner: Owner,
        mini_program_id: str,
        flat: int,
        free_from: int | None,
        regions: tuple[RegionFee, ...],
        expected: int | None,
    ) -> DeliveryTerms:
        """The terms after the change. Raises RegionTwice, and VersionConflict unless they have the `expected` version."""
        self._check(owner, mini_program_id)

        def decide(present: DeliveryTerms | None) -> Change[DeliveryTerms] | None:
            present = present or DeliveryTerms(mini_program_id)
            must_be_version(expected, present.version)
            after = present.changed_to(flat, free_from, regions)
            return Change(after) if after is not present else None

        result = await self.terms.change(mini_program_id, decide)
        return result.aggregate or DeliveryTerms(mini_program_id)

    def _check(self, owner: Owner, mini_program_id: str) -> None:
        if not self.access.owns(owner, mini_program_id):
            raise MiniProgramNotFound(mini_program_id)
