"""Creators' videos with the anchors that they mount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.adapters.aggregates import Aggregates
from catalog.application import events
from catalog.domain import video as rules
from catalog.domain.errors import NotThere, WrongContent
from catalog.domain.product import Product
from catalog.domain.video import Video
from contracts.event import Event


class Videos:
    """The use cases of videos."""

    def __init__(self, videos: Aggregates[Video], products: Aggregates[Product]) -> None:
        self._videos = videos
        self._products = products

    async def put(self, wanted: Video) -> tuple[Video, bool]:
        """Publish the video, or change it to `wanted` (whose version does not count); answers it and whether it is new.

        Raises NotThere when it is another creator's, WrongContent for an anchor on a product that its mini program does
        not have.
        """
        rules.check(wanted.anchors)
        await self._check_targets(wanted)

        def decide(current: Video | None) -> tuple[Video, Sequence[Event]]:
            if current is not None and current.creator_id != wanted.creator_id:
                raise NotThere("this video")
            version = current.version if current else 0
            happened = rules.events_of(current, wanted)
            after = replace(wanted, version=version + 1 if happened else version)
            return after, events.of_video(after, happened)

        return await self._videos.change(wanted.video_id, decide)

    async def _check_targets(self, wanted: Video) -> None:
        pairs = {(a.mini_program_id, a.product_id) for a in wanted.anchors}
        there = {
            pair
            for pair in pairs
            if (product := await self._products.get(pair[1])) is not None
            and product.mini_program_id == pair[0]
        }
        errors = [
            (f"anchors[{number}].product_id", "the mini program has no such product")
            for number, a in enumerate(wanted.anchors)
            if (a.mini_program_id, a.product_id) not in there
        ]
        if errors:
            raise WrongContent(*errors)
