"""Owners run their feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import orjson
from aiohttp import web

from contracts.api.feeds import MAX_FEED_BYTES, FeedRunView, ReportQuery, RunQuery
from feeds.application.runs import FeedRuns
from feeds.domain.errors import TooLarge
from feeds.domain.run import Run
from feeds.http.definitions import own_program
from product_feeds.lines import LineError
from runtime.web.bodies import json_response, read_query
from runtime.web.csv_files import csv_response
from runtime.web.idempotency import optional_idempotency_key
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OWNER

UPLOAD_SECONDS = 55.0
CHUNK = 256 * 1024
COLUMNS = ("line", "product_id", "field", "value", "message")


@dataclass(frozen=True, slots=True)
class RunRoutes:
    """Runs of the owner's feeds."""

    runs: FeedRuns

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        runs = "/v1/owner/mini-programs/{mini_program_id}/feeds/{feed_id}/runs"
        run, owner, editors = f"{runs}/{{run_id}}", scopes(OWNER), roles(CATALOGUE)
        return [
            Route(
                "POST",
                runs,
                self.start,
                owner,
                deadline=UPLOAD_SECONDS,
                max_body=MAX_FEED_BYTES,
                roles=editors,
            ),
            Route("GET", run, self.read, owner),
            Route("DELETE", run, self.cancel, owner, roles=editors),
            Route("GET", f"{run}/report", self.report, owner, deadline=None),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """Queue a run of the body, or of the feed's address."""
        query, key = read_query(request, RunQuery), optional_idempotency_key(request)
        file = _chunks(request) if request.can_read_body and request.content_length != 0 else None
        run = await self.runs.start(
            *own_program(request),
            request.match_info["feed_id"],
            file,
            allow_mass_removal=query.allow_mass_removal == "true",
            key=key,
        )
        return json_response(run_view(run), 202)

    async def read(self, request: web.Request) -> web.Response:
        """A run with its status, counts and progress."""
        return json_response(run_view(await self.runs.get(*_own_run(request))))

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a run."""
        return json_response(run_view(await self.runs.cancel(*_own_run(request))))

    async def report(self, request: web.Request) -> web.StreamResponse:
        """What is wrong with lines, as JSON Lines or CSV."""
        query = read_query(request, ReportQuery)
        batches = await self.runs.report(*_own_run(request))
        if query.format == "csv":
            return await csv_response(request, "report.csv", COLUMNS, _rows(batches))
        response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
        if request.method == "HEAD":
            return response
        await response.prepare(request)
        async for batch in batches:
            await response.write(b"".join(orjson.dumps(_entry(error)) + b"\n" for error in batch))
        await response.write_eof()
        return response


def _own_run(request: web.Request) -> tuple[str, str, str, str]:
    return (*own_program(request), request.match_info["feed_id"], request.match_info["run_id"])


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    length = 0
    async for chunk in request.content.iter_chunked(CHUNK):
        length += len(chunk)
        if length > MAX_FEED_BYTES:
            raise TooLarge
        yield chunk


async def _rows(batches: AsyncIterator[Sequence[LineError]]) -> AsyncIterator[list[tuple[str | int, ...]]]:
    async for batch in batches:
        yield [tuple(_entry(error).values()) for error in batch]


def _entry(error: LineError) -> dict[str, str | int]:
    values = (error.line, error.product_id, error.field, error.value, error.message)
    return dict(zip(COLUMNS, values, strict=True))


def run_view(run: Run) -> FeedRunView:
    """The run as its owner sees it."""
    counts = run.counts
    return FeedRunView(
        run_id=run.run_id,
        feed_id=run.feed_id,
        status=run.status,
        reason=run.reason,
        lines=counts.lines,
        accepted=counts.accepted,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        removed=counts.removed,
        progress=run.progress,
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )
