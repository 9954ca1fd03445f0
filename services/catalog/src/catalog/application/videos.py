"""Creators' videos with their anchors, and the review of anchors' titles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from catalog.application.content_checks import ContentChecks
from catalog.application.contracts_out import video_events
from catalog.application.hosts import Hosts
from catalog.application.names import CreatorNames
from catalog.application.pictures import Pictures, creators_name
from catalog.application.ports import ProductStore
from catalog.application.video_ports import PromotionStore, VideoStore
from catalog.domain import video as rules
from catalog.domain.errors import NotFound, WrongContent, must_exist
from catalog.domain.video import Anchor, Changed, Video
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.listing import Asked, ChangedSince, Part
from runtime.outbox.changes import Change

NAME = "this video"
Edit = Callable[[Video], Video]
"""What a creator wants a video to be; its version and the titles that viewers see are not for creators to choose."""


@dataclass(frozen=True, slots=True)
class OwnVideo:
    """A video as its creator sees it, with the anchors that viewers do not see because the owner does not allow them."""

    video: Video
    hidden: frozenset[str]


class Videos:
    """The use cases of creators. All raise NotFound for another creator's video."""

    def __init__(
        self,
        videos: VideoStore,
        products: ProductStore,
        promotions: PromotionStore,
        hosts: Hosts,
        names: CreatorNames,
        pictures: Pictures,
        checks: ContentChecks,
        clock: Clock,
    ) -> None:
        self._videos = videos
        self._products = products
        self._promotions = promotions
        self._hosts = hosts
        self._names = names
        self._pictures = pictures
        self._checks = checks
        self._clock = clock

    async def get(self, creator_id: str, video_id: str) -> OwnVideo:
        """One of the creator's videos."""
        return await self._with_hidden(_owned(await self._videos.get(video_id), creator_id))

    async def page(self, creator_id: str, asked: Asked, limit: int) -> Part[OwnVideo]:
        """At most `limit` of the creator's videos."""
        found = await self._videos.page(creator_id, asked, limit)
        return Part([await self._with_hidden(video) for video in found.items], found.following)

    async def put(self, wanted: Video, expected: int | None = None) -> tuple[OwnVideo, bool]:
        """Publish the video, or change it to `wanted` (whose version is ignored); gives it and whether it is new.

        A changed title of an anchor waits for review. Raises WrongContent for a host that does not exist, for a brand's name, for a
        cover that is not the creator's to show, and for an anchor on a product that its mini program does not have, or that the creator
        may not promote, and VersionConflict if the video has not the `expected` version (0 for none yet).
        """
        rules.check(wanted.anchors)

        def decide(current: Video | None) -> Change[Video] | None:
            if current is not None and current.creator_id != wanted.creator_id:
                raise NotFound(NAME)
            must_be_version(expected, current.version if current is not None and not current.deleted else 0)
            return self._change(rules.put(current, wanted))

        present = await self._videos.get(wanted.video_id)
        decide(present)  # texts of a refused video get no verdict
        await self._check_references(present, wanted)
        await self._must_be_showable(present, wanted)
        result = await self._videos.change(wanted.video_id, decide)
        created = result.created or (present is not None and present.deleted)
        return await self._with_hidden(must_exist(result.aggregate, NAME)), created

    async def edit(self, creator_id: str, video_id: str, edit: Edit, expected: int | None) -> OwnVideo:
        """The video as `edit` changes it; raises what `put` and `edit` raise, and NotFound if there is none."""

        def decide(current: Video | None) -> Change[Video] | None:
            video = _owned(current, creator_id)
            must_be_version(expected, video.version)
            return self._change(rules.put(video, edit(video)))

        present = await self._videos.get(video_id)
        decide(present)  # texts of a refused change get no verdict
        present = _owned(present, creator_id)
        wanted = edit(present)
        await self._check_references(present, wanted)
        await self._must_be_showable(present, wanted)
        result = await self._videos.change(video_id, decide)
        return await self._with_hidden(must_exist(result.aggregate, NAME))

    async def put_anchor(
        self, creator_id: str, video_id: str, anchor: Anchor, expected: int | None
    ) -> tuple[OwnVideo, bool]:
        """Mount the anchor, or change it; gives the video and whether the anchor is new. Raises what `edit` raises."""
        known = _owned(await self._videos.get(video_id), creator_id).anchors
        own = await self.edit(creator_id, video_id, lambda video: rules.with_anchor(video, anchor), expected)
        return own, anchor.anchor_id not in {one.anchor_id for one in known}

    async def remove_anchor(
        self, creator_id: str, video_id: str, anchor_id: str, expected: int | None
    ) -> OwnVideo:
        """Take the anchor off the video; raises NotFound."""
        return await self.edit(
            creator_id, video_id, lambda video: rules.without_anchor(video, anchor_id), expected
        )

    async def delete(self, creator_id: str, video_id: str, expected: int | None) -> None:
        """Viewers see the video no longer. Deleting it again raises NotFound."""

        def decide(current: Video | None) -> Change[Video] | None:
            video = _owned(current, creator_id)
            must_be_version(expected, video.version)
            return self._change(rules.delete(video))

        await self._videos.change(video_id, decide)

    async def _check_references(self, present: Video | None, wanted: Video) -> None:
        kept = (present.host_id,) if present is not None else ()
        await self._hosts.must_be_active([("host_id", wanted.host_id)], kept)
        await self._names.must_be_own(present, wanted)
        covers = (present.cover_url,) if present is not None else ()
        uploader = creators_name(wanted.creator_id)
        await self._pictures.check(uploader, [("cover_url", wanted.cover_url)], covers)
        await self._check_anchors(present, wanted)

    async def _check_anchors(self, present: Video | None, wanted: Video) -> None:
        """Raise WrongContent for anchors that lead nowhere, or where the creator may not lead. Those that are there may stay."""
        there = {anchor.target for anchor in present.anchors} if present is not None else set()
        new = {anchor.target for anchor in wanted.anchors} - there
        programs = await self._promotions.of({mini_program_id for mini_program_id, _ in new})
        errors: list[tuple[str, str]] = []
        for number, anchor in enumerate(wanted.anchors):
            if anchor.target not in new:
                continue
            product = await self._products.get(anchor.product_id)
            if product is None or product.mini_program_id != anchor.mini_program_id:
                errors.append((f"anchors[{number}].product_id", "the mini program has no such product"))
            elif not programs[anchor.mini_program_id].allows(wanted.creator_id):
                message = "the mini program's owner does not let you promote its products"
                errors.append((f"anchors[{number}].mini_program_id", message))
        if errors:
            raise WrongContent(*errors)

    async def _must_be_showable(self, present: Video | None, wanted: Video) -> None:
        """Check the titles. Raises ContentRefused and ContentWaits."""
        shown = present.texts() if present is not None else {}
        await self._checks.must_pass("video", wanted.video_id, None, wanted.texts(), shown)

    async def _with_hidden(self, video: Video) -> OwnVideo:
        promotions = await self._promotions.of({anchor.mini_program_id for anchor in video.anchors})
        hidden = frozenset(
            anchor.anchor_id
            for anchor in video.anchors
            if not promotions[anchor.mini_program_id].allows(video.creator_id)
        )
        return OwnVideo(video, hidden)

    def _change(self, changed: Changed | None) -> Change[Video] | None:
        return _stored(changed, self._clock) if changed is not None else None


class AnchorTitles:
    """The use cases of operators who review anchors' titles."""

    def __init__(self, videos: VideoStore, clock: Clock) -> None:
        self._videos = videos
        self._clock = clock

    async def waiting(self, after: tuple[str, str] | None, limit: int) -> list[tuple[Video, Anchor]]:
        """At most `limit` anchors with a title that waits, by video and anchor, from the one after `after`."""
        found = await self._videos.with_waiting_titles(after[0] if after is not None else "", limit + 1)
        return [
            (video, anchor)
            for video in found
            for anchor in sorted(video.anchors, key=lambda one: one.anchor_id)
            if anchor.waiting is not None and (after is None or (video.video_id, anchor.anchor_id) > after)
        ][:limit]

    async def changed(self, asked: ChangedSince, limit: int) -> Part[tuple[Video, Anchor]]:
        """At most `limit` titles that wait, as their videos changed."""
        found = await self._videos.changed_titles(asked, limit)
        return found.each(lambda one: (one[0], one[0].find(one[1])))

    async def get(self, video_id: str, anchor_id: str) -> tuple[Video, Anchor]:
        """Also an anchor whose title does not wait. Raises NotFound."""
        video = await self._videos.get(video_id)
        if video is None or video.deleted:
            raise NotFound(NAME)
        return video, video.find(anchor_id)

    async def approve(self, video_id: str, anchor_id: str, expected: int | None) -> tuple[Video, Anchor]:
        """Raises NotFound, Refused if no title waits, and VersionConflict if the video has changed since `expected`."""
        return await self._decide(
            video_id, anchor_id, expected, lambda video: rules.approve_title(video, anchor_id)
        )

    async def reject(
        self, video_id: str, anchor_id: str, reason: str, expected: int | None
    ) -> tuple[Video, Anchor]:
        """Raises what `approve` raises."""
        return await self._decide(
            video_id, anchor_id, expected, lambda video: rules.reject_title(video, anchor_id, reason)
        )

    async def _decide(
        self, video_id: str, anchor_id: str, expected: int | None, rule: Callable[[Video], Changed]
    ) -> tuple[Video, Anchor]:
        def decide(current: Video | None) -> Change[Video] | None:
            video = must_exist(current, NAME)
            must_be_version(expected, video.version)
            return _stored(rule(video), self._clock)

        video = must_exist((await self._videos.change(video_id, decide)).aggregate, NAME)
        return video, video.find(anchor_id)


def _owned(video: Video | None, creator_id: str) -> Video:
    if video is None or video.deleted or video.creator_id != creator_id:
        raise NotFound(NAME)
    return video


def _stored(changed: Changed, clock: Clock) -> Change[Video]:
    video, happened = changed
    return Change(video, video_events(video, happened), {"created_at": clock()})
