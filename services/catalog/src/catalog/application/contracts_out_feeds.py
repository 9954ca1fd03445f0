"""The mapping to the events about feeds that the catalog publishes."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.domain.remote_picture import RemotePicture
from contracts.catalog_versions import Reason
from contracts.feeds import FeedCommand, FeedPictureTried, FeedProductApplied, Outcome, PictureOutcome


def feed_result(
    command: FeedCommand, outcome: Outcome, version: int, reasons: Sequence[tuple[str, str]] = ()
) -> FeedProductApplied:
    """What became of a feed's command; `reasons` are (field, message)."""
    return FeedProductApplied(
        version=version,
        run_id=command.run_id,
        mini_program_id=command.mini_program_id,
        product_id=command.product_id,
        outcome=outcome,
        reasons=tuple(Reason(field=field or None, message=message) for field, message in reasons),
    )


def picture_tried(
    picture: RemotePicture, run_id: str, product_id: str, outcome: PictureOutcome, message: str
) -> FeedPictureTried:
    """What became of an attempt to fetch a picture, for one run that named it and one product that shows it."""
    return FeedPictureTried(
        version=picture.attempts,
        run_id=run_id,
        mini_program_id=picture.mini_program_id,
        product_id=product_id,
        url=picture.url,
        outcome=outcome,
        message=message[:500],
    )
