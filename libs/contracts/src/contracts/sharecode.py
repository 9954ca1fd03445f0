"""Events that sharecode publishes: share codes created and withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from contracts.event import Event, Identifier, published
from contracts.topics import SHARE_CODES, Topic


class ShareCodeEvent(Event):
    """Something happened to a share code; `sharer` is a pseudonym."""

    topic: ClassVar[Topic] = SHARE_CODES

    code: Identifier
    host_id: Identifier
    mini_program_id: str
    product_id: Identifier
    sharer: Identifier
    at: datetime


@published
class ShareCodeCreated(ShareCodeEvent):
    """A viewer shared a product."""


@published
class ShareCodeWithdrawn(ShareCodeEvent):
    """A share code was withdrawn and opens nothing any more."""
