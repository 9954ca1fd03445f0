"""Creators' videos with their anchors."""

from __future__ import annotations

from dataclasses import replace

from catalog.application.contracts_out import video_events
from catalog.application.ports import ProductStore, VideoStore
from catalog.domain import video as rules
from catalog.domain.errors import NotFound, WrongContent, must_exist
from catalog.domain.video import Video
from runtime.clock import Clock
from runtime.outbox.changes import Change

NAME = "this video"


class Videos:
    """The use cases of videos."""

    def __init__(self, videos: VideoStore, products: ProductStore, clock: Clock) -> None:
        self._videos = videos
        self._products = products
        self._clock = clock

    async def put(self, wanted: Video) -> tuple[Video, bool]:
        """Publish the video, or change it to `wanted` (whose version is ignored); gives it and whether it is new.

        Raises NotFound if it is another creator's, WrongContent for an anchor on a product that its mini program does not
        have.
        """
        rules.check(wanted.anchors)
        await self._check_targets(wanted)

        def decide(current: Video | None) -> Change[Video] | None:
            if current is not None and current.creator_id != wanted.creator_id:
                raise NotFound(NAME)
            happened = rules.events_of(current, wanted)
            if not happened:
                return None
            after = replace(wanted, version=(current.version if current else 0) + 1)
            return Change(after, video_events(after, happened), {"created_at": self._clock()})

        result = await self._videos.change(wanted.video_id, decide)
        return must_exist(result.aggregate, NAME), result.created

    async def _check_targets(self, wanted: Video) -> None:
        pairs = {(a.mini_program_id, a.product_id) for a in wanted.anchors}
        existing = {
            pair
            for pair in pairs
            if (product := await self._products.get(pair[1])) is not None
            and product.mini_program_id == pair[0]
        }
        errors = [
            (f"anchors[{number}].product_id", "the mini program has no such product")
            for number, a in enumerate(wanted.anchors)
            if (a.mini_program_id, a.product_id) not in existing
        ]
        if errors:
            raise WrongContent(*errors)
