"""Lists page by page: in the order of the ids, or of the last changes since a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class ById:
    """A page in the order of the ids: the first, or the one that starts after the id `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A page of what changed at `since` or later: the first, or one of the listing `listing_id` from `offset` on.

    The first page fixes what is listed, and in which order, so an item that changes in the meantime comes once, as it is by
    then. `place` is where the listing is kept: a newer one in the same place replaces it.
    """

    since: datetime
    place: str
    listing_id: str = ""
    offset: int = 0


Asked = ById | ChangedSince
"""Which page of a list."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A page: its items, and which page follows; None after the last one."""

    items: list[T]
    following: Asked | None = None

    def each(self, make: Callable[[T], U]) -> Part[U]:
        """The page with what `make` makes of each item."""
        return Part([make(item) for item in self.items], self.following)


class ListingGone(Exception):
    """The listing expired, or was replaced by a newer one."""

    loggable = True


class ListingTooLong(Exception):
    """More changed than one listing can hold."""

    loggable = True
