"""A creator's video with its anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.domain.errors import WrongContent


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link on a video that leads to one product; it appears at `start_ms`."""

    anchor_id: str
    title: str
    mini_program_id: str
    product_id: str
    start_ms: int
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Video:
    """The aggregate; `version` counts its changes."""

    video_id: str
    host_id: str
    creator_id: str
    creator_name: str
    title: str
    cover_url: str
    duration_ms: int
    anchors: tuple[Anchor, ...]
    version: int
    title_en: str = ""
    creator_name_en: str = ""


VideoEvent = tuple[Literal["published", "mounted", "unmounted"], str]
"""What happened, and the id of the anchor it happened to (empty for the video itself)."""


def check(anchors: tuple[Anchor, ...]) -> None:
    """Raises WrongContent if an anchor is named twice."""
    seen: set[str] = set()
    for number, anchor in enumerate(anchors):
        if anchor.anchor_id in seen:
            raise WrongContent((f"anchors[{number}].anchor_id", "this anchor is named twice"))
        seen.add(anchor.anchor_id)


def events_of(before: Video | None, after: Video) -> list[VideoEvent]:
    """What happened between the two, in order. An anchor that changed counts as mounted again."""
    old = {anchor.anchor_id: anchor for anchor in before.anchors} if before else {}
    new = {anchor.anchor_id: anchor for anchor in after.anchors}
    events: list[VideoEvent] = []
    if before is None or _without_anchors(before) != _without_anchors(after):
        events.append(("published", ""))
    events += [("unmounted", anchor_id) for anchor_id in old if anchor_id not in new]
    events += [("mounted", anchor_id) for anchor_id, anchor in new.items() if old.get(anchor_id) != anchor]
    if not events and before is not None and before.anchors != after.anchors:
        events.append(("published", ""))  # only the order of the anchors changed
    return events


def _without_anchors(video: Video) -> tuple[object, ...]:
    return (
        video.host_id, video.creator_name, video.creator_name_en, video.title, video.title_en, video.cover_url,
        video.duration_ms,
    )  # fmt: skip
