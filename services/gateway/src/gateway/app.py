"""Builds the gateway: each call of the table gets its route."""

from __future__ import annotations

import time

import orjson
from aiohttp import web

from gateway.bodies import BodyBudget
from gateway.calls import HTML, JSON, Call
from gateway.clicks import AnchorRoutes, ClickSigner
from gateway.content_checks import ContentCheckRoutes
from gateway.docs_page import CSP, page
from gateway.engagement import EngagementBuffer
from gateway.engagement_observers import observers
from gateway.headers import SECURITY
from gateway.leases import from_identity
from gateway.limiting import Limiting, LimitRoutes
from gateway.openapi import document
from gateway.proxy import CallHandler, composed, proxied, route_of, streamed
from gateway.recorded_examples import recorded_examples
from gateway.search import SearchRoutes
from gateway.settings import Settings
from gateway.share_codes import ShareCodeRoutes
from gateway.table import CALLS
from gateway.table.operation import HEALTH
from gateway.testers import TesterRoutes
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from runtime.web.compression import FixedAnswer, fixed_answer
from runtime.web.routes import Handler, Route

REVALIDATE = {"Cache-Control": "no-cache"}


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        upstreams, bodies = Upstreams(settings.addresses()), BodyBudget()
        engagement = EngagementBuffer(service.publisher, clock, new_id, settings.prefix)
        lend = from_identity(settings.identity_url, service.http)
        limits = Limiting(settings, lend, time.monotonic)
        viewers = Viewers(settings.viewer_secret, new_id)
        clicks = ClickSigner(settings.click_secret, clock, new_id)
        search = SearchRoutes(upstreams, engagement, viewers, clicks, settings.click_secret, clock, new_id)
        handlers: dict[str, CallHandler] = {
            **AnchorRoutes(upstreams, engagement, viewers, clicks).handlers(),
            **ShareCodeRoutes(upstreams, engagement, viewers, clicks).handlers(),
            **search.handlers(),
            **ContentCheckRoutes(upstreams).handlers(),
            **TesterRoutes(upstreams, viewers).handlers(),
            "read_limits": LimitRoutes(limits.callers).read,
        }
        observe = observers(engagement, viewers)
        documents = _documents(settings.public_url)

        def route(call: Call) -> Route:
            if call.name in documents:
                return route_of(call, documents[call.name])
            if call.service == "gateway":
                return composed(call, bodies, handlers[call.name])
            if call.streams:
                return streamed(call, bodies, upstreams)
            return proxied(call, bodies, upstreams, observe.get(call.name))

        calls = [call for call in CALLS if call.path not in HEALTH]
        service.routes([limits.limited(route(call), call) for call in calls])
        service.admit_unmatched(limits.admit_unmatched)
        service.background("engagement", engagement.run)
        service.close_last(upstreams.close)

    return Service(
        "gateway",
        settings,
        clock=clock,
        new_id=new_id,
        uses_mongo=False,
        assemble=assemble,
        answer_headers=SECURITY,
        compress=True,
    )


def _documents(public_url: str) -> dict[str, Handler]:
    """Handlers of the OpenAPI document and its page, which are rendered and compressed once."""
    openapi = document(CALLS, public_url, recorded_examples())
    answers = {
        "read_openapi": fixed_answer(orjson.dumps(openapi), JSON, REVALIDATE),
        "read_docs": fixed_answer(
            page(openapi).encode(), f"{HTML}; charset=utf-8", {**REVALIDATE, "Content-Security-Policy": CSP}
        ),
    }

    def handler(answer: FixedAnswer) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            return answer.response(request)

        return handle

    return {name: handler(answer) for name, answer in answers.items()}
