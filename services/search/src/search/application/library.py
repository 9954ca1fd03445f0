"""Everything that a search reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from search.application.directory import Accounts, Directory
from search.application.popular_queries import PopularQueries
from search.application.ports import Cards, Found, Hit, ProductIndex
from search.application.results import ProductResult
from search.domain.highlights import highlighted
from search.domain.language.pinyin import romanise, sounding_like
from search.domain.language.text import units
from search.domain.queries import ProductQuery, Scope
from search.domain.ranking import RankingRule

WHY_WHOLE, WHY_PART, WHY_MEANING = "matches_all_words", "matches_some_words", "like_in_meaning"
WHY_LISTED = "listed"
MIN_SOUND = 4
"""Letters that are tried as pinyin; fewer begin too many titles."""
SOUNDING = 20
"""Titles that are compared by their sound."""


@dataclass(frozen=True, slots=True)
class Library:
    """One generation's index and cards, and what is kept of it in memory."""

    index: ProductIndex
    cards: Cards
    directory: Directory
    accounts: Accounts
    popular: PopularQueries
    rule: RankingRule

    def correct(self, text: str, scope: Scope) -> str | None:
        """What `text`, which nothing matches whole, may mean: a known word for a mistyped one, or the part of a title that is
        pronounced like it; None when nothing is near."""
        spelt = self.index.correct(text)
        letters = romanise(units(text))
        if spelt is not None or len(letters) < MIN_SOUND or not letters.isascii():
            return spelt
        cards = self.cards.cards(self.index.suggest(letters, scope, SOUNDING))
        meant = Counter(word for card in cards.values() if (word := sounding_like(card.title, letters)))
        return meant.most_common(1)[0][0] if meant and not meant.keys() <= {text} else None

    def or_meant(self, query: ProductQuery, found: Found) -> tuple[Found, str, str | None]:
        """`found`, which has no whole match, or what the query may mean if that has one; the text matched; the correction."""
        meant = self.correct(query.text, query.scope)
        if meant is None:
            return found, query.text, None
        other = self.index.search(query.with_text(meant))
        return (other, meant, meant) if other.any_whole else (found, query.text, meant)

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
