"""What viewers read of a product's reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.application.ports import Offers, Position, RatingCounter, Registry, ReviewQueries
from checkout.domain.errors import MiniProgramNotFound, ProductNotFound
from checkout.domain.review import RatingCounts, Review


@dataclass(frozen=True, slots=True)
class Reader:
    """A host, or a viewer in one mini program (`mini_program_id`) inside it."""

    host_id: str
    mini_program_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProductReviews:
    """Shown reviews only."""

    queries: ReviewQueries
    counts: RatingCounter
    registry: Registry
    offers: Offers

    async def page(
        self,
        reader: Reader,
        mini_program_id: str,
        product_id: str,
        rating: int | None,
        *,
        after: Position | None,
        limit: int,
    ) -> tuple[Sequence[Review], RatingCounts]:
        """At most `limit` reviews, newest first, with the counts of all. Raises MiniProgramNotFound and ProductNotFound."""
        program = self.registry.get(mini_program_id)
        if reader.mini_program_id not in (None, mini_program_id) or program is None:
            raise MiniProgramNotFound(mini_program_id)
        if program.state != "published" or reader.host_id not in program.hosts:
            raise MiniProgramNotFound(mini_program_id)
        if not await self.offers.sells(mini_program_id, product_id):
            raise ProductNotFound(product_id)
        page = await self.queries.of_product(product_id, rating, after=after, limit=limit)
        return page, await self.counts.of(product_id)
