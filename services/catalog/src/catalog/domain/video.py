"""A creator's video with its anchors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.errors import NotFound, Refused, WrongContent

MAX_ANCHORS = 20


@dataclass(frozen=True, slots=True)
class Title:
    """A text in Chinese and, perhaps, in English."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link on a video that leads to one product; it appears at `start_ms`.

    Viewers see `title`. A title that the creator changed is `waiting` until an operator approves it; `rejected_for` says why
    the last one was not.
    """

    anchor_id: str
    title: str
    mini_program_id: str
    product_id: str
    start_ms: int
    title_en: str = ""
    waiting: Title | None = None
    rejected_for: str = ""

    @property
    def wanted(self) -> Anchor:
        """The anchor as its creator last sent it."""
        if self.waiting is None:
            return replace(self, rejected_for="")
        return replace(self, title=self.waiting.zh, title_en=self.waiting.en, waiting=None, rejected_for="")

    @property
    def target(self) -> tuple[str, str]:
        """The mini program and the product that it leads to."""
        return self.mini_program_id, self.product_id


@dataclass(frozen=True, slots=True)
class Video:
    """The aggregate; `version` counts its changes. A deleted video has no anchors; publishing it again brings it back."""

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
    deleted: bool = False

    def texts(self) -> dict[str, str]:
        """What viewers read, each with the path of its field."""
        fields = {"title": self.title, "title_en": self.title_en, "creator_name": self.creator_name}
        for n, anchor in enumerate(self.anchors):
            fields |= {f"anchors[{n}].title": anchor.title, f"anchors[{n}].title_en": anchor.title_en}
        return {field: text for field, text in fields.items() if text}

    def find(self, anchor_id: str) -> Anchor:
        """The anchor; raises NotFound."""
        for anchor in self.anchors:
            if anchor.anchor_id == anchor_id:
                return anchor
        raise NotFound("this anchor")


VideoEvent = tuple[Literal["published", "mounted", "unmounted", "removed"], str]
"""What happened, and the id of the anchor it happened to (empty for the video itself)."""
Changed = tuple[Video, list[VideoEvent]]


def check(anchors: tuple[Anchor, ...]) -> None:
    """Raises WrongContent if an anchor is named twice, or if there are too many."""
    if len(anchors) > MAX_ANCHORS:
        raise WrongContent(("anchors", f"a video has at most {MAX_ANCHORS} anchors"))
    seen: set[str] = set()
    for number, anchor in enumerate(anchors):
        if anchor.anchor_id in seen:
            raise WrongContent((f"anchors[{number}].anchor_id", "this anchor is named twice"))
        seen.add(anchor.anchor_id)


def put(current: Video | None, wanted: Video) -> Changed | None:
    """The video as the creator wants it, except for titles of anchors that must wait; None if nothing changes.

    A title waits if its anchor is there already and still leads to the same product. Raises WrongContent.
    """
    check(wanted.anchors)
    before = current if current is not None and not current.deleted else None
    old = {anchor.anchor_id: anchor for anchor in before.anchors} if before else {}
    anchors = tuple(_with_shown_title(old.get(anchor.anchor_id), anchor) for anchor in wanted.anchors)
    after = replace(wanted, anchors=anchors, version=current.version if current else 0, deleted=False)
    if after == before:
        return None
    return replace(after, version=after.version + 1), events_of(before, after)


def _with_shown_title(old: Anchor | None, wanted: Anchor) -> Anchor:
    if old is None or old.target != wanted.target:
        return wanted
    title = Title(wanted.title, wanted.title_en)
    shown = replace(wanted, title=old.title, title_en=old.title_en)
    if title == Title(old.title, old.title_en):
        return replace(shown, rejected_for=old.rejected_for)
    return replace(shown, waiting=title)


def with_anchor(video: Video, anchor: Anchor) -> Video:
    """The video as its creator wants it, with this anchor in the place of the one with the same id, or as the last."""
    others = [one.wanted for one in video.anchors]
    ids = [one.anchor_id for one in others]
    if anchor.anchor_id in ids:
        others[ids.index(anchor.anchor_id)] = anchor
    else:
        others.append(anchor)
    return replace(video, anchors=tuple(others))


def without_anchor(video: Video, anchor_id: str) -> Video:
    """The video as its creator wants it, without this anchor; raises NotFound."""
    gone = video.find(anchor_id)
    return replace(video, anchors=tuple(one.wanted for one in video.anchors if one is not gone))


def delete(video: Video) -> Changed:
    """Viewers see the video and its anchors no longer."""
    events: list[VideoEvent] = [("unmounted", anchor.anchor_id) for anchor in video.anchors]
    return replace(video, anchors=(), deleted=True, version=video.version + 1), [*events, ("removed", "")]


def approve_title(video: Video, anchor_id: str) -> Changed:
    """Viewers see the title that waits; raises NotFound, and Refused `wrong_state` if none waits."""
    return _decide_title(video, anchor_id, lambda anchor: anchor.wanted)


def reject_title(video: Video, anchor_id: str, reason: str) -> Changed:
    """The title that viewers see stays; raises NotFound, and Refused `wrong_state` if none waits."""
    return _decide_title(video, anchor_id, lambda anchor: replace(anchor, waiting=None, rejected_for=reason))


def _decide_title(video: Video, anchor_id: str, rule: Callable[[Anchor], Anchor]) -> Changed:
    anchor = video.find(anchor_id)
    if anchor.waiting is None:
        raise Refused("wrong_state", "No title of this anchor waits for a verdict.")
    anchors = tuple(rule(one) if one is anchor else one for one in video.anchors)
    after = replace(video, anchors=anchors, version=video.version + 1)
    return after, events_of(video, after)


def events_of(before: Video | None, after: Video) -> list[VideoEvent]:
    """What viewers can see of the change, in order. An anchor that changed counts as mounted again."""
    old = {anchor.anchor_id: _shown(anchor) for anchor in before.anchors} if before else {}
    new = {anchor.anchor_id: _shown(anchor) for anchor in after.anchors}
    events: list[VideoEvent] = []
    if before is None or _without_anchors(before) != _without_anchors(after):
        events.append(("published", ""))
    events += [("unmounted", anchor_id) for anchor_id in old if anchor_id not in new]
    events += [("mounted", anchor_id) for anchor_id, anchor in new.items() if old.get(anchor_id) != anchor]
    if not events and before is not None and list(old) != list(new):
        events.append(("published", ""))  # only the order of the anchors changed
    return events


def _shown(anchor: Anchor) -> Anchor:
    return replace(anchor, waiting=None, rejected_for="")


def _without_anchors(video: Video) -> tuple[object, ...]:
    return (
        video.host_id, video.creator_name, video.creator_name_en, video.title, video.title_en, video.cover_url,
        video.duration_ms,
    )  # fmt: skip
