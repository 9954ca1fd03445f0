"""The gateway put together: every call of the table gets its route, and nothing else is served."""

from __future__ import annotations

import orjson
from aiohttp import web

from gateway.calls import HTML, JSON, Call
from gateway.clicks import Clicks
from gateway.docs_page import CSP, page
from gateway.engagement import EngagementLog
from gateway.headers import SECURITY
from gateway.openapi import document
from gateway.passing import Compose, composed, passed, route_of, streamed
from gateway.searching import Searching
from gateway.settings import Settings
from gateway.table import CALLS
from gateway.table.operation import HEALTH
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from gateway.views import observers
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from runtime.web.routes import Handler, Route


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        upstreams = Upstreams(settings.addresses())
        log = EngagementLog(service.publisher, clock, new_id, settings.prefix)
        viewers = Viewers(settings.viewer_secret, new_id)
        clicks = Clicks(upstreams, log, viewers, settings.click_secret, clock, new_id)
        searching = Searching(upstreams, log, viewers, clicks, settings.click_secret, clock, new_id)
        compositions: dict[str, Compose] = {
            "search": searching.search,
            "search_store": searching.search_store,
            "click_result": searching.click,
            "click_anchor": clicks.anchor,
            "scan": clicks.scan,
            "read_share_code": clicks.share_code,
        }
        pages = _documents(settings.public_url)
        observe = observers(log, viewers)

        def route(call: Call) -> Route:
            if call.name in pages:
                return route_of(call, pages[call.name])
            if call.service == "gateway":
                return composed(call, compositions[call.name])
            if call.streams:
                return streamed(call, upstreams)
            return passed(call, upstreams, observe.get(call.name))

        service.routes([route(call) for call in CALLS if call.path not in HEALTH])
        service.background("engagement", log.run)
        service.close_last(upstreams.close)

    return Service(
        "gateway",
        settings,
        clock=clock,
        new_id=new_id,
        uses_mongo=False,
        assemble=assemble,
        answer_headers=SECURITY,
    )


def _documents(public_url: str) -> dict[str, Handler]:
    """The OpenAPI document and its page, made once."""
    described = document(CALLS, public_url)
    bodies = {
        "read_openapi": (orjson.dumps(described), JSON, {}),
        "read_docs": (page(described).encode(), HTML, {"Content-Security-Policy": CSP}),
    }

    def handler(name: str) -> Handler:
        body, media, headers = bodies[name]

        async def handle(_: web.Request) -> web.Response:
            return web.Response(
                body=body, content_type=media, headers=headers, charset="utf-8" if media == HTML else None
            )

        return handle

    return {name: handler(name) for name in bodies}
