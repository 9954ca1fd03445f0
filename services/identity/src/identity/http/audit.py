"""The audit log: callers read what their own clients did, operators read all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from contracts.api.audit import AnyAuditQuery, AuditActor, AuditEntry, AuditObject, AuditQuery
from contracts.api.common import Page
from identity.application.ports import AuditLog
from identity.domain.audit import Entry, EntryFilter
from identity.http.clients import subject_of
from runtime.web.bodies import json_response, read_query
from runtime.web.cursors import invalid_cursor, list_of, page_of, read_cursor, write_cursor
from runtime.web.routes import Route, scopes
from runtime.web.tokens import CREATOR, HOST, OPS, OWNER


@dataclass(frozen=True, slots=True)
class AuditRoutes:
    """Newest first."""

    log: AuditLog

    def routes(self) -> list[Route]:
        """The routes with their scopes."""
        own = [
            Route("GET", f"/v1/{scope}/audit", self.read_own, scopes(scope))
            for scope in (OWNER, HOST, CREATOR)
        ]
        return [*own, Route("GET", "/v1/ops/audit", self.read_any, scopes(OPS))]

    async def read_own(self, request: web.Request) -> web.Response:
        """What the caller's own clients did."""
        scope, subject_id = subject_of(request)
        return await self._page(
            request, read_query(request, AuditQuery), {"scope": scope, "subject_id": str(subject_id)}
        )

    async def read_any(self, request: web.Request) -> web.Response:
        """What anybody did."""
        return await self._page(request, read_query(request, AnyAuditQuery), {})

    async def _page(self, request: web.Request, query: AuditQuery, own: dict[str, str]) -> web.Response:
        asked = query.model_dump(include={"client_id", "action", "object_id", "owner_id"}, exclude_none=True)
        filters = EntryFilter(query.first, query.last, asked | own)
        after = _position(request, query.cursor)
        found = await self.log.page(filters, after, query.limit + 1)
        shown, next_cursor = page_of(
            found,
            query.limit,
            lambda entry: write_cursor(list_of(request), _milliseconds(entry.at), entry.entry_id),
        )
        return json_response(
            Page[AuditEntry](items=[_view(entry) for entry in shown], next_cursor=next_cursor)
        )


def _position(request: web.Request, cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    milliseconds, entry_id = read_cursor(list_of(request), cursor, int, str)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC), entry_id
    except (ValueError, OverflowError, OSError):
        raise invalid_cursor() from None


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _view(entry: Entry) -> AuditEntry:
    return AuditEntry(
        entry_id=entry.entry_id,
        at=entry.at,
        action=entry.action,
        actor=AuditActor(
            client_id=entry.client_id, scope=entry.scope, subject_id=entry.subject_id, role=entry.role
        ),
        object=AuditObject(kind=entry.object_kind, id=entry.object_id),
        owner_id=entry.owner_id,
        reason=entry.reason,
        before=dict(entry.before),
        after=dict(entry.after),
    )
