"""What the use cases of videos and promotion need from outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from catalog.domain.promotion import Promotion
from catalog.domain.video import Video
from contracts.identity import CreatorState
from runtime.listing import Asked, ChangedSince, Part
from runtime.outbox.changes import Decide, Result


class PromotionStore(Protocol):
    """Who may promote which mini program, with events."""

    async def of(self, mini_program_ids: Iterable[str]) -> dict[str, Promotion]:
        """The promotion of each; anyone's for those whose owner has said nothing."""
        ...

    async def closed_to(self, creator_id: str) -> list[str]:
        """The mini programs that this creator may not promote."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Promotion]) -> Result[Promotion]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...


class CreatorRegister(Protocol):
    """The creators that the catalog knows."""

    async def known(self, creator_ids: Collection[str]) -> set[str]:
        """Those of the creators that exist."""
        ...

    async def name(self, creator_id: str) -> str | None:
        """The name under which the creator is registered; None for one that is not known."""
        ...

    async def named(self, keys: Collection[str]) -> set[str]:
        """Those of the keys under whose name a creator is registered."""
        ...

    async def learn(self, events: Sequence[CreatorState]) -> None:
        """Bring the register up to these events; idempotent."""
        ...


class VideoStore(Protocol):
    """Videos with their events."""

    async def get(self, aggregate_id: str) -> Video | None: ...

    async def page(self, creator_id: str, asked: Asked, limit: int) -> Part[Video]:
        """At most `limit` of the creator's videos that are not deleted."""
        ...

    async def changed_titles(self, asked: ChangedSince, limit: int) -> Part[tuple[Video, str]]:
        """At most `limit` anchors' titles that wait, each by its video and the anchor's id, as the videos changed."""
        ...

    async def with_waiting_titles(self, first: str, limit: int) -> list[Video]:
        """At most `limit` videos with an anchor's title that waits, in order of their ids, from `first` on."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Video]) -> Result[Video]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...
