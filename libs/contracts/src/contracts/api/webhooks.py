"""Webhooks, their deliveries, and the feed of an owner's events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from contracts.api.common import DIGITS, Answer, Cursor, MiniProgramId, PageQuery, Request, UtcTime, patch_of

EventType = Literal[
    "order.placed", "order.paid", "order.shipped", "order.completed", "order.cancelled", "order.refunded",
    "refund.requested", "refund.approved", "refund.rejected", "refund.settled", "refund.failed",
    "stock.low", "feed.finished", "version.approved", "version.rejected", "payout.settled", "webhook.disabled",
]  # fmt: skip
DeliveryStatus = Literal["pending", "delivered", "exhausted", "cancelled"]
MAX_URL = 2048
MAX_PROGRAMS = 100
MAX_WAIT_SECONDS = 30
MAX_EVENTS = 32


def _once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("name each once")
    return values


class WebhookRequest(Request):
    """Where an owner wants to be told of which events."""

    url: Annotated[
        str, Field(min_length=1, max_length=MAX_URL, description="http or https, at a public address")
    ]
    events: Annotated[
        list[EventType | Literal["*"]],
        Field(min_length=1, max_length=MAX_EVENTS, description='types of events; `["*"]` for all'),
        AfterValidator(_once),
    ]
    mini_program_ids: (
        Annotated[list[MiniProgramId], Field(min_length=1, max_length=MAX_PROGRAMS), AfterValidator(_once)]
        | None
    ) = Field(default=None, description="only events of these; by default of all, and those of none")
    enabled: bool = Field(default=True, description="whether events are sent")


WebhookPatch = patch_of(WebhookRequest)


class WebhookView(Answer):
    """A webhook as its owner sees it."""

    webhook_id: str
    url: str
    events: list[str]
    mini_program_ids: list[str] | None
    enabled: bool
    disabled_reason: str | None = Field(description="why it is disabled")
    failing_since: datetime | None = Field(
        description="when the first delivery failed since the last that succeeded"
    )
    failures: int = Field(description="failed attempts since then")
    old_secret_ends_at: datetime | None = Field(
        description="until when the secret before the present one also signs"
    )
    created_at: datetime
    version: int


class NewWebhook(WebhookView):
    """A new webhook with its signing secret, which is not shown again."""

    secret: str


class NewWebhookSecret(Answer):
    """A new signing secret, which is not shown again. The one before also signs until `old_secret_ends_at`."""

    webhook_id: str
    secret: str
    old_secret_ends_at: datetime


class TestResult(Answer):
    """What a receiver answered to a test event."""

    event_id: str
    delivered: bool
    status: int | None = Field(description="the HTTP status; null if there was no answer")
    milliseconds: int
    answer: str = Field(description="the first KiB of the answer")
    error: str | None = Field(description="why there was no answer")


class DeliveriesQuery(PageQuery):
    """Which deliveries of a webhook to list, the newest events first."""

    status: DeliveryStatus | None = None
    since: UtcTime | None = Field(
        default=None, description="only of events that happened at this time or later"
    )


class AttemptView(Answer):
    """One call of the receiver."""

    at: datetime
    status: int | None
    milliseconds: int
    answer: str = Field(description="the first KiB of the answer")
    error: str | None


class DeliveryView(Answer):
    """The delivery of one event. `next_attempt_at` is null while an earlier event of the same order is pending."""

    delivery_id: str
    event_id: str
    type: str
    timestamp: datetime
    order_id: str | None
    status: DeliveryStatus
    attempts: int
    last_attempt: AttemptView | None
    next_attempt_at: datetime | None


class DeliveryDetails(DeliveryView):
    """A delivery with its last 12 attempts, the oldest first."""

    attempt_log: list[AttemptView]


class ReplayRequest(Request):
    """Which events to send again: those that happened from `since` until before `until`."""

    since: UtcTime
    until: UtcTime | None = None
    missing: bool = Field(default=False, description="only events that were never delivered to this webhook")

    @model_validator(mode="after")
    def _check(self) -> ReplayRequest:
        if self.until is not None and self.until <= self.since:
            raise ValueError("until must be later than since")
        return self


class ReplayAnswer(Answer):
    """How many deliveries were queued. Those that are pending anyway are not counted."""

    queued: int


class EventsQuery(Request):
    """Where to go on reading the feed, and how long to wait for something new."""

    cursor: Cursor | None = Field(
        default=None, description="`next_cursor` of the answer before; by default from the oldest kept"
    )
    limit: Annotated[int, Field(ge=1, le=100, description="maximum number of events"), DIGITS] = 100
    wait: Annotated[
        int,
        Field(ge=0, le=MAX_WAIT_SECONDS, description="seconds to wait if there is nothing new"),
        DIGITS,
    ] = 0


class OwnerEventView(Answer):
    """An event, as webhooks are told of it; `event_id` is the `webhook-id`."""

    event_id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


class EventsPage(Answer):
    """Events in their order. `next_cursor` is where to go on, also when there are none."""

    items: list[OwnerEventView]
    next_cursor: str
