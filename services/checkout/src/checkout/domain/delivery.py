"""What a mini program charges for delivery."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checkout.domain.divisions import division_of
from checkout.domain.errors import RegionTwice


@dataclass(frozen=True, slots=True)
class RegionFee:
    """What the delivery to a first-level division costs, in fen."""

    region: str
    fee: int


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """The fees, in fen: `flat` for regions without one of their own. From a subtotal of `free_from` on, delivery is free everywhere.

    A mini program whose owner has set none delivers for free; its terms have version 0.
    """

    mini_program_id: str
    flat: int = 0
    free_from: int | None = None
    regions: tuple[RegionFee, ...] = ()
    version: int = 0

    def fee(self, subtotal: int, region: str | None) -> int:
        """The fee of an order whose lines cost `subtotal`, before any discount; None is a region that is not known yet."""
        if self.free_from is not None and subtotal >= self.free_from:
            return 0
        division = division_of(region) if region is not None else None
        named = (one.fee for one in self.regions if division_of(one.region) == division)
        return next(named, self.flat)

    def changed_to(self, flat: int, free_from: int | None, regions: tuple[RegionFee, ...]) -> DeliveryTerms:
        """The terms as they are now; the same object if nothing differs. Raises RegionTwice."""
        first: dict[str, int] = {}
        for n, one in enumerate(regions):
            if first.setdefault(division_of(one.region), n) != n:
                raise RegionTwice(n, one.region)
        changed = replace(self, flat=flat, free_from=free_from, regions=regions)
        return self if changed == self else replace(changed, version=self.version + 1)
