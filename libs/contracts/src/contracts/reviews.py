"""Events that checkout publishes about buyers' reviews. They hold no text, and nothing of the buyer."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from contracts.event import Event, Identifier, published
from contracts.topics import REVIEWS, Topic


class ReviewState(Event):
    """A buyer's review of one bought line as it is after the change."""

    topic: ClassVar[Topic] = REVIEWS

    review_id: Identifier
    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    product_id: Identifier
    sku_id: Identifier
    rating: int = Field(ge=1, le=5, description="stars")
    is_shown: bool = Field(description="whether viewers see it; only then it counts for the product's rating")
    at: datetime = Field(description="when this change happened, UTC")


@published
class ReviewPublished(ReviewState):
    """A buyer reviewed what they bought. A review whose text waits for an operator is not shown yet."""


@published
class ReviewChanged(ReviewState):
    """The owner answered a review, an operator decided whether it is shown, or its order was refunded in full."""
