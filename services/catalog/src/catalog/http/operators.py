"""What operators do to mini programs: review, the platform's terms, suspension, and versions of their own."""

from __future__ import annotations

from aiohttp import web

from catalog.application.histories import Edited
from catalog.application.mini_programs import MiniPrograms
from catalog.application.reviews import Reviews, parse_version_id
from catalog.domain.mini_program import PlatformTerms
from catalog.domain.version import Reason
from catalog.http.access import path_id
from catalog.http.answers import mini_program_view, review_view
from catalog.http.requests import mini_program_details
from contracts.api.common import Page
from contracts.api.mini_programs import MiniProgramRequest, OperatorTerms, SuspensionRequest
from contracts.api.owners import ReasonsRequest
from contracts.api.versions import ReviewQuery, ReviewView
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import list_of, page_of, read_cursor, write_cursor
from runtime.web.editing import edited_response, expected_version
from runtime.web.listing import changed_page, cursor_of
from runtime.web.problems import Problem
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS


class OperatorRoutes:
    """The operators' calls."""

    def __init__(self, programs: MiniPrograms, reviews: Reviews) -> None:
        self._programs = programs
        self._reviews = reviews

    def routes(self) -> list[Route]:
        program = "/v1/ops/mini-programs/{mini_program_id}"
        review = "/v1/ops/reviews/{version_id}"
        operators, reviewers = scopes(OPS), roles(CATALOGUE)
        return [
            Route("PUT", program, self.put_program, operators, roles=reviewers),
            Route("PUT", program + "/terms", self.put_terms, operators),
            Route("POST", program + "/publication", self.publish, operators, roles=reviewers),
            Route("POST", program + "/suspension", self.suspend, operators, roles=reviewers),
            Route("POST", program + "/reinstatement", self.reinstate, operators, roles=reviewers),
            Route("GET", "/v1/ops/reviews", self.list_reviews, operators),
            Route("GET", review, self.get_review, operators),
            Route("POST", review + "/approval", self.approve, operators, roles=reviewers),
            Route("POST", review + "/rejection", self.reject, operators, roles=reviewers),
        ]

    async def put_program(self, request: web.Request) -> web.Response:
        """Make a version live at once."""
        mini_program_id = path_id(request, "mini_program_id")
        wanted = await read_json(request, MiniProgramRequest)
        edited, created = await self._programs.put(
            mini_program_id, mini_program_details(wanted, mini_program_id), expected_version(request)
        )
        return _edited(edited, 201 if created else 200)

    async def put_terms(self, request: web.Request) -> web.Response:
        """Set what the platform decides."""
        mini_program_id = path_id(request, "mini_program_id")
        wanted = await read_json(request, OperatorTerms)
        terms = PlatformTerms(wanted.platform_bp, wanted.exposure_priority, wanted.sponsored, wanted.merchant)
        return _edited(await self._programs.set_terms(mini_program_id, terms, expected_version(request)))

    async def publish(self, request: web.Request) -> web.Response:
        """The call that review and release replaced."""
        raise Problem(
            410,
            "gone",
            "Approve a version with POST /v1/ops/reviews/{version_id}/approval, which its owner releases; or make one live "
            "at once with PUT /v1/ops/mini-programs/{mini_program_id}.",
        )

    async def suspend(self, request: web.Request) -> web.Response:
        """Suspend a mini program."""
        mini_program_id = path_id(request, "mini_program_id")
        reason = (await read_json(request, SuspensionRequest)).reason
        return _edited(await self._programs.suspend(mini_program_id, reason))

    async def reinstate(self, request: web.Request) -> web.Response:
        """End a suspension."""
        return _edited(await self._programs.reinstate(path_id(request, "mini_program_id")))

    async def list_reviews(self, request: web.Request) -> web.Response:
        """The versions of a status, by mini program and number, or by their last change."""
        query = read_query(request, ReviewQuery)
        if query.updated_since is not None:
            asked = changed_page(request, query.cursor, query.updated_since)
            changed = await self._reviews.changed(query.status, asked, query.limit)
            views, cursor = changed.each(review_view).items, cursor_of(request, changed.following)
            return json_response(Page[ReviewView](items=views, next_cursor=cursor))
        after = read_cursor(list_of(request), query.cursor, str, int) if query.cursor is not None else None
        position = (after[0], after[1]) if after is not None else None
        found = await self._reviews.queue(query.status, position, query.limit + 1)
        shown, next_cursor = page_of(
            found,
            query.limit,
            lambda one: write_cursor(
                list_of(request), one.edited.history.mini_program_id, one.version.number
            ),
        )
        items = [review_view(one) for one in shown]
        return json_response(Page[ReviewView](items=items, next_cursor=next_cursor))

    async def get_review(self, request: web.Request) -> web.Response:
        """One version."""
        return json_response(review_view(await self._reviews.get(*_version_of(request))))

    async def approve(self, request: web.Request) -> web.Response:
        """Approve a version."""
        return json_response(review_view(await self._reviews.approve(*_version_of(request))))

    async def reject(self, request: web.Request) -> web.Response:
        """Reject a version, with reasons."""
        wanted = await read_json(request, ReasonsRequest)
        reasons = tuple(Reason(reason.message, reason.field) for reason in wanted.reasons)
        return json_response(review_view(await self._reviews.reject(*_version_of(request), reasons)))


def _version_of(request: web.Request) -> tuple[str, int]:
    return parse_version_id(path_id(request, "version_id"))


def _edited(edited: Edited, status: int = 200) -> web.Response:
    return edited_response(mini_program_view(edited), edited.version, status)
