"""What the gateway publishes: how viewers came and what they looked at, under a pseudonym, never a host's user id."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, Value, published
from contracts.topics import ENGAGEMENT, Topic

Surface = Literal["video_anchor", "search", "mini_program_entry", "share_code", "direct"]


class Engagement(Event):
    """Something a viewer saw or did in a host. `version` is always 0: there is no aggregate."""

    topic: ClassVar[Topic] = ENGAGEMENT

    version: int = 0
    viewer: Identifier = Field(
        description="keyed pseudonym of host and host user; the trace id where nobody is known"
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
    """An anchor was tapped; published with acks=all before the page is answered where Kafka allows."""

    video_id: Identifier
    anchor_id: Identifier
    creator_id: Identifier
    product_id: Identifier


@published
class MiniProgramEntered(Engagement):
    """A viewer opened a session in a mini program."""

    surface: Surface


class ShownResult(Value):
    """One result as it was shown."""

    kind: Literal["mini_program", "account", "product"]
    id: Identifier
    rank: int = Field(ge=0)


@published
class SearchPerformed(Engagement):
    """A query and what it answered; `mini_program_id` where it was asked inside one."""

    search_id: Identifier
    query: Text
    results: tuple[ShownResult, ...]
    viewer_is_known: bool = Field(
        default=False,
        description="whether `viewer` is a person's pseudonym; only such searches make a query popular",
    )


@published
class SearchResultClicked(Engagement):
    """One result of a search was taken."""

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
    """A share code was scanned; `sharer` is the pseudonym of who shared."""

    code: Identifier
    product_id: Identifier
    sharer: Identifier | None = None
