"""Builds the gateway: each call of the table gets its route."""

from __future__ import annotations

import orjson
from aiohttp import web

from gateway.calls import HTML, JSON, Call
from gateway.clicks import AnchorRoutes, ClickSigner
from gateway.docs_page import CSP, page
from gateway.engagement import EngagementBuffer
from gateway.engagement_observers import observers
from gateway.headers import SECURITY
from gateway.openapi import document
from gateway.proxy import CallHandler, composed, proxied, route_of, streamed
from gateway.search import SearchRoutes
from gateway.settings import Settings
from gateway.share_codes import ShareCodeRoutes
from gateway.table import CALLS
from gateway.table.operation import HEALTH
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from runtime.web.routes import Handler, Route


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        upstreams = Upstreams(settings.addresses())
        engagement = EngagementBuffer(service.publisher, clock, new_id, settings.prefix)
        viewers = Viewers(settings.viewer_secret, new_id)
        clicks = ClickSigner(settings.click_secret, clock, new_id)
        search = SearchRoutes(upstreams, engagement, viewers, clicks, settings.click_secret, clock, new_id)
        handlers: dict[str, CallHandler] = {
            **AnchorRoutes(upstreams, engagement, viewers, clicks).handlers(),
            **ShareCodeRoutes(upstreams, engagement, viewers, clicks).handlers(),
            **search.handlers(),
        }
        observe = observers(engagement, viewers)
        documents = _documents(settings.public_url)

        def route(call: Call) -> Route:
            if call.name in documents:
                return route_of(call, documents[call.name])
            if call.service == "gateway":
                return composed(call, handlers[call.name])
            if call.streams:
                return streamed(call, upstreams)
            return proxied(call, upstreams, observe.get(call.name))

        service.routes([route(call) for call in CALLS if call.path not in HEALTH])
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
    )


def _documents(public_url: str) -> dict[str, Handler]:
    """Handlers of the OpenAPI document and its page, which are rendered once."""
    openapi = document(CALLS, public_url)
    bodies = {
        "read_openapi": (orjson.dumps(openapi), JSON, {}),
        "read_docs": (page(openapi).encode(), HTML, {"Content-Security-Policy": CSP}),
    }

    def handler(name: str) -> Handler:
        body, media, headers = bodies[name]

        async def handle(_: web.Request) -> web.Response:
            return web.Response(
                body=body, content_type=media, headers=headers, charset="utf-8" if media == HTML else None
            )

        return handle

    return {name: handler(name) for name in bodies}
