"""Calls for the product feeds of owners."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page, PageQuery
from contracts.api.feeds import (
    FEED_TYPES,
    MAX_FEED_BYTES,
    FeedPatch,
    FeedRequest,
    FeedRunView,
    FeedView,
    ReportQuery,
    RunQuery,
)
from gateway import faults
from gateway.calls import CSV, JSON_LINES, LONG_SECONDS, Call
from gateway.headers import OPTIONAL_IDEMPOTENCY_HEADER, VERSION_HEADER
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, OWNER

TAG = "Feeds"
FEEDS = "/v1/owner/mini-programs/{mini_program_id}/feeds"
FEED = f"{FEEDS}/{{feed_id}}"
RUN = f"{FEED}/runs/{{run_id}}"
OWNER_ONLY = scopes(OWNER)
EDITORS = roles(CATALOGUE)

CALLS = (
    Call(
        method="GET",
        path=FEEDS,
        name="list_feeds",
        summary="List the feeds of a mini program",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="feeds",
        query=PageQuery,
        answer=Page[FeedView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=FEEDS,
        name="create_feed",
        summary="Describe a feed: its format, whether it is the whole range, and where it is fetched",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="feeds",
        body=FeedRequest,
        answer=FeedView,
        success=(HTTPStatus.CREATED,),
        faults=(faults.TOO_MANY_FEEDS,),
    ),
    Call(
        method="GET",
        path=FEED,
        name="read_feed",
        summary="Read a feed",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="feeds",
        answer=FeedView,
    ),
    Call(
        method="PATCH",
        path=FEED,
        name="change_feed",
        summary="Change a feed (RFC 7396), from its next run on",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="feeds",
        raw=tuple((media, FeedPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=FeedView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{FEED}/runs",
        name="run_feed",
        limit="bulk",
        summary="Run a feed with the file in the body, packed with gzip or not; without one, of its address",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="feeds",
        query=RunQuery,
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        raw=tuple((media, None) for media in FEED_TYPES),
        max_body=MAX_FEED_BYTES,
        deadline=LONG_SECONDS,
        answer=FeedRunView,
        success=(HTTPStatus.ACCEPTED,),
        faults=(faults.KEY_REUSED, faults.TOO_MANY_RUNS),
    ),
    Call(
        method="GET",
        path=RUN,
        name="read_feed_run",
        summary="Read how far a run is, and what became of the lines",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="feeds",
        answer=FeedRunView,
    ),
    Call(
        method="DELETE",
        path=RUN,
        name="cancel_feed_run",
        summary="Cancel a run; what it has applied stays",
        tag=TAG,
        scopes=OWNER_ONLY,
        roles=EDITORS,
        service="feeds",
        answer=FeedRunView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path=f"{RUN}/report",
        name="read_feed_report",
        summary="Read what is wrong with lines of the file, as JSON Lines or CSV",
        tag=TAG,
        scopes=OWNER_ONLY,
        service="feeds",
        query=ReportQuery,
        media=(JSON_LINES, CSV),
        deadline=None,
    ),
)
