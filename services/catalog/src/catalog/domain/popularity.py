"""What buyers made of a product: counted by the catalog, set by nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Popularity:
    """Pieces sold, without those whose order was refunded in full; shown reviews, and the sum of their stars."""

    sold: int = 0
    reviews: int = 0
    stars: int = 0

    @property
    def rating(self) -> float | None:
        """The average number of stars to one decimal; None without reviews."""
        return round(self.stars / self.reviews, 1) if self.reviews else None


UNKNOWN = Popularity()
"""Of a product that nobody has bought yet."""
