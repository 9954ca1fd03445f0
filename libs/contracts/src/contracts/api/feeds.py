"""Product feeds of owners, and the runs that apply them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from contracts.api.common import Answer, Request, ShortText, patch_of
from contracts.api.stock import MAX_QUANTITY

MAX_FEED_BYTES = 100 * 1024 * 1024
"""Of a feed's file as it is sent or fetched, packed or not."""
FEED_TYPES = (
    "application/xml", "text/xml", "text/csv", "text/tab-separated-values", "application/jsonl", "application/x-ndjson",
    "application/gzip", "application/octet-stream",
)  # fmt: skip

FeedFormat = Literal["google_xml", "csv", "jsonl"]
FeedMode = Literal["full", "incremental"]
RunStatus = Literal["queued", "fetching", "checking", "applying", "done", "refused", "failed", "cancelled"]

Every = Annotated[
    timedelta,
    Field(ge=timedelta(minutes=15), le=timedelta(days=30)),
    WithJsonSchema({"type": "string", "format": "duration", "maxLength": 40}),
]


class FeedRequest(Request):
    """A feed of a mini program. `full` takes off sale what the file does not have; `incremental` leaves it alone."""

    name: ShortText
    format: FeedFormat
    mode: FeedMode
    url: Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^https?://[^\s]+$")] | None = Field(
        default=None, description="where the file is fetched; without one, each run brings its file"
    )
    every: Every | None = Field(
        default=None, description="fetch this often, as an ISO 8601 duration such as PT1H; needs `url`"
    )
    max_rejected_percent: int = Field(
        default=20, ge=0, le=100, description="more rejected lines than this refuse the run"
    )
    default_stock: int = Field(
        default=0, ge=0, le=MAX_QUANTITY, description="pieces of a new SKU whose line has no quantity"
    )


FeedPatch = patch_of(FeedRequest)


class FeedView(Answer):
    """A feed as its owner sees it."""

    feed_id: str
    mini_program_id: str
    name: str
    format: FeedFormat
    mode: FeedMode
    url: str | None
    every: timedelta | None
    max_rejected_percent: int
    default_stock: int
    version: int


class FeedRunView(Answer):
    """A run of a feed. Once it has ended well, `lines` is `accepted` + `unchanged` + `rejected`; `removed` counts products."""

    run_id: str
    feed_id: str
    status: RunStatus
    reason: str | None = Field(description="why it was refused or failed, or what there was not to do")
    lines: int
    accepted: int
    unchanged: int
    rejected: int
    removed: int
    progress: float = Field(ge=0, le=1)
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RunQuery(Request):
    """How to run a feed."""

    allow_mass_removal: Literal["true", "false"] = Field(
        default="false", description="let a full feed take more than half of the products off sale"
    )


class ReportQuery(Request):
    """In which format to read a report."""

    format: Literal["jsonl", "csv"] = "jsonl"
