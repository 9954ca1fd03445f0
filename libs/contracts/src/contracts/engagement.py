"""Events that the gateway publishes: what viewers saw, tapped, scanned and searched for.

Viewers appear under a pseudonym, never under the host's user id.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, Value, published
from contracts.topics import ENGAGEMENT, Topic

Surface = Literal["video_anchor", "search", "mini_program_entry", "share_code", "direct"]


class Engagement(Event):
    """Something that a viewer saw or did in a host. `version` is always 0, because there is no aggregate."""

    topic: ClassVar[Topic] = ENGAGEMENT

    version: int = 0
    viewer: Identifier = Field(
        description="keyed pseudonym of the host's user; the trace id if the viewer is unknown"
    )
    viewer_is_known: bool = Field(
        default=False,
        description="whether `viewer` is a pseudonym and not a trace id: only known viewers come back, and only their searches "
        "count for popular queries",
    )
    host_id: Identifier
    mini_program_id: str | None = None
    click_id: str | None = None


@published
class VideoAnchorShown(Engagement):
    """A video with its anchors was shown."""

    video_id: Identifier
    anchor_ids: tuple[Identifier, ...]


@published
class VideoAnchorClicked(Engagement):
    """An anchor was tapped. The gateway waits up to 300 ms for Kafka's acknowledgement before it answers."""

    video_id: Identifier
    anchor_id: Identifier
    creator_id: Identifier
    product_id: Identifier


@published
class MiniProgramEntered(Engagement):
    """A viewer opened a session in a mini program."""

    surface: Surface


class ShownResult(Value):
    """One result of a search, at the rank where it was shown."""

    kind: Literal["mini_program", "account", "product"]
    id: Identifier
    rank: int = Field(ge=0)


@published
class SearchPerformed(Engagement):
    """A search and its results; `mini_program_id` is set for a search inside a mini program."""

    search_id: Identifier
    query: Text
    results: tuple[ShownResult, ...]


@published
class SearchResultClicked(Engagement):
    """A search result was tapped."""

    search_id: Identifier
    kind: Literal["mini_program", "account", "product"]
    id: Identifier
    rank: int = Field(ge=0)


@published
class ProductViewed(Engagement):
    """A product page was shown."""

    product_id: Identifier


@published
class ShareCodeScanned(Engagement):
    """A share code was scanned; `sharer` is the pseudonym of the viewer who shared it."""

    code: Identifier
    product_id: Identifier
    sharer: Identifier | None = None
