"""An owner's mini programs: the draft, its versions, their release."""

from __future__ import annotations

from aiohttp import web

from catalog.application.drafts import Drafts
from catalog.application.histories import Edited
from catalog.application.reviews import parse_version_id
from catalog.domain.errors import NotFound
from catalog.http.access import caller_of, claim, path_id
from catalog.http.answers import mini_program_draft, mini_program_view, version_view
from catalog.http.requests import content_of_draft
from contracts.api.common import ChangesQuery, Page
from contracts.api.mini_programs import MiniProgramDraft, MiniProgramsQuery, MiniProgramView
from contracts.api.versions import VersionRequest, VersionView
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import list_of, page_of, read_cursor, write_cursor
from runtime.web.editing import edited_response, expected_version, read_own, read_patch
from runtime.web.listing import asked_page, changed_page, cursor_of
from runtime.web.problems import Problem
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER

NOT_THE_OWNERS = (
    *(name for name in MiniProgramView.model_fields if name not in MiniProgramDraft.model_fields),
    "terms.platform_bp",
)
"""Fields that others decide on."""


class MiniProgramRoutes:
    """Owners reach their own mini programs only, operators any."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    def routes(self) -> list[Route]:
        programs = "/v1/owner/mini-programs"
        program = programs + "/{mini_program_id}"
        versions = program + "/versions"
        version = versions + "/{version_id}"
        writers, editors = scopes(OWNER, OPS), roles(CATALOGUE)
        return [
            Route("GET", programs, self.list_programs, writers),
            Route("POST", programs, self.start, scopes(OWNER), roles=editors),
            Route("GET", program, self.get_program, writers),
            Route("PATCH", program, self.patch_program, writers, roles=editors),
            Route("PUT", program, self.put_program, writers, roles=editors),
            Route("GET", versions, self.list_versions, writers),
            Route("POST", versions, self.submit, writers, roles=editors),
            Route("GET", version, self.get_version, writers),
            Route("POST", version + "/withdrawal", self.withdraw, writers, roles=editors),
            Route("POST", version + "/release", self.release, writers, roles=editors),
            Route("POST", program + "/rollback", self.roll_back, writers, roles=editors),
        ]

    async def list_programs(self, request: web.Request) -> web.Response:
        """The caller's mini programs by id, or by their last change."""
        query, caller = read_query(request, MiniProgramsQuery), caller_of(request)
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self._drafts.page(caller, asked, query.limit)
        views, next_cursor = found.each(mini_program_view).items, cursor_of(request, found.following)
        return json_response(Page[MiniProgramView](items=views, next_cursor=next_cursor))

    async def start(self, request: web.Request) -> web.Response:
        """Start a mini program with a draft."""
        wanted = await read_own(request, MiniProgramDraft, NOT_THE_OWNERS)
        owner_id = claim(principal_of(request), "owner_id")
        return _edited(await self._drafts.start(owner_id, content_of_draft(wanted)), 201)

    async def get_program(self, request: web.Request) -> web.Response:
        """One of the caller's mini programs."""
        return _edited(await self._drafts.get(caller_of(request), path_id(request, "mini_program_id")))

    async def patch_program(self, request: web.Request) -> web.Response:
        """Change the draft."""
        patch = await read_patch(request, MiniProgramDraft, NOT_THE_OWNERS)
        edited = await self._drafts.edit(
            caller_of(request),
            path_id(request, "mini_program_id"),
            lambda draft: content_of_draft(patch.apply_to(mini_program_draft(draft))),
            expected_version(request),
        )
        return _edited(edited)

    async def put_program(self, request: web.Request) -> web.Response:
        """The call that drafts and versions replaced."""
        raise Problem(
            410,
            "gone",
            "Start a mini program with POST /v1/owner/mini-programs, and change its draft with PATCH on this path.",
        )

    async def list_versions(self, request: web.Request) -> web.Response:
        """The versions, newest first, or by their last change."""
        query, mini_program_id = read_query(request, ChangesQuery), path_id(request, "mini_program_id")
        if query.updated_since is not None:
            asked = changed_page(request, query.cursor, query.updated_since)
            found_changed = await self._drafts.changed_versions(
                caller_of(request), mini_program_id, asked, query.limit
            )
            return json_response(
                Page[VersionView](
                    items=[version_view(*one) for one in found_changed.items],
                    next_cursor=cursor_of(request, found_changed.following),
                )
            )
        edited = await self._drafts.get(caller_of(request), mini_program_id)
        before = read_cursor(list_of(request), query.cursor, int)[0] if query.cursor is not None else None
        found = [v for v in reversed(edited.history.versions) if before is None or v.number < before]
        shown, next_cursor = page_of(
            found, query.limit, lambda version: write_cursor(list_of(request), version.number)
        )
        views = [version_view(edited.history, version) for version in shown]
        return json_response(Page[VersionView](items=views, next_cursor=next_cursor))

    async def submit(self, request: web.Request) -> web.Response:
        """Submit the draft for review."""
        note = (await read_json(request, VersionRequest)).note
        edited = await self._drafts.submit(caller_of(request), path_id(request, "mini_program_id"), note)
        return json_response(version_view(edited.history, edited.history.versions[-1]), 201)

    async def get_version(self, request: web.Request) -> web.Response:
        """One version."""
        mini_program_id, number = _version_of(request)
        return _version(await self._drafts.get(caller_of(request), mini_program_id), number)

    async def withdraw(self, request: web.Request) -> web.Response:
        """Withdraw a version."""
        mini_program_id, number = _version_of(request)
        return _version(await self._drafts.withdraw(caller_of(request), mini_program_id, number), number)

    async def release(self, request: web.Request) -> web.Response:
        """Let viewers see a version."""
        mini_program_id, number = _version_of(request)
        return _version(await self._drafts.release(caller_of(request), mini_program_id, number), number)

    async def roll_back(self, request: web.Request) -> web.Response:
        """Put back what was live before the last release."""
        edited = await self._drafts.roll_back(caller_of(request), path_id(request, "mini_program_id"))
        return _version(edited, edited.history.live or 0)


def _version_of(request: web.Request) -> tuple[str, int]:
    """The mini program and the number in the path: the version's id, or its number alone. Raises NotFound."""
    mini_program_id, version = path_id(request, "mini_program_id"), path_id(request, "version_id")
    named, number = parse_version_id(version if "_" in version else f"{mini_program_id}_{version}")
    if named != mini_program_id:
        raise NotFound("this version")
    return mini_program_id, number


def _edited(edited: Edited, status: int = 200) -> web.Response:
    return edited_response(mini_program_view(edited), edited.version, status)


def _version(edited: Edited, number: int) -> web.Response:
    return json_response(version_view(edited.history, edited.history.find(number)))
