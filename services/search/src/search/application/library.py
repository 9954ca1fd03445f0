"""Everything that a search reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.application.directory import Accounts, Directory
from search.application.popular_queries import PopularQueries
from search.application.ports import Cards, Hit, ProductIndex
from search.application.results import ProductResult
from search.domain.highlights import highlighted
from search.domain.ranking import RankingRule

WHY_WHOLE, WHY_PART, WHY_MEANING = "matches_all_words", "matches_some_words", "like_in_meaning"
WHY_LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Library:
    """One generation's index and cards, and what is kept of it in memory."""

    index: ProductIndex
    cards: Cards
    directory: Directory
    accounts: Accounts
    popular: PopularQueries
    rule: RankingRule

    def results(self, hits: Sequence[Hit], text: str, why: str | None = None) -> tuple[ProductResult, ...]:
        """Hits with their cards; a product that was removed since is left out."""
        cards = self.cards.cards([hit.number for hit in hits])
        return tuple(
            ProductResult(
                cards[hit.number],
                why or _why(hit, text),
                highlighted(cards[hit.number].title, text) if text else None,
            )
            for hit in hits
            if hit.number in cards
        )


def _why(hit: Hit, text: str) -> str:
    if not text:
        return WHY_LISTED
    if hit.by_meaning:
        return WHY_MEANING
    return WHY_WHOLE if hit.whole else WHY_PART
