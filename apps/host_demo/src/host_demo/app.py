"""The demo host app assembled."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from host_demo.own_services import OwnServiceRoutes
from host_demo.pages import HEADERS, PageRoutes
from host_demo.platform import Platform
from host_demo.proxy import Caller, ProxyRoutes
from host_demo.settings import Settings
from host_demo.state import state_of_all
from host_demo.tokens import HostTokens
from host_demo.viewers import Sessions
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.service import Service
from runtime.web.bodies import json_response
from runtime.web.client import client_session
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

MAX_STREAMS = 2048
"""Event streams to the gateway, which allows one host no more."""


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The host app, ready to run. It needs nothing to be up when it starts."""
    return Service(
        "host_demo", settings, clock=clock, new_id=new_id, uses_mongo=False,
        assemble=lambda s: _assemble(s, settings), answer_headers=HEADERS,
    )  # fmt: skip


def _assemble(service: Service, settings: Settings) -> None:
    hosts = {host.slug: host for host in settings.host_demo_hosts}
    gateway = settings.gateway_url.rstrip("/")
    caller = Caller(hosts)
    tokens = HostTokens(service.http, gateway, service.clock)
    streams = client_session(limit=MAX_STREAMS)
    service.close_last(streams.close)
    platform = Platform(service.http, streams, gateway, tokens, Sessions(service.clock), service.clock)
    service.routes(
        [
            *_own(service, settings, caller),
            *OwnServiceRoutes(service.clock, service.new_id, caller).routes(),
            *ProxyRoutes(platform, caller).routes(),
            *PageRoutes(hosts, public_data(settings)).routes(),
        ]
    )


def public_data(settings: Settings) -> dict[str, Any]:
    """The data of the start page and of the two hosts shown side by side: only what any visitor may know."""
    shown = [host.model_dump(include={"slug", "name", "skin"}) for host in settings.host_demo_hosts]
    return {"hosts": shown, "processes": list(settings.watched()), "addresses": dict(settings.opened())}


def _own(service: Service, settings: Settings, caller: Caller) -> list[Route]:
    """Routes that need no call to the platform: the state of all processes, and a host's videos."""

    async def state(_: web.Request) -> web.Response:
        return json_response({"processes": await state_of_all(service.http, settings.watched())})

    async def feed(request: web.Request) -> web.Response:
        host, _ = caller(request)
        return json_response({"items": [video.model_dump() for video in host.feed]})

    return [Route("GET", "/api/state", state, PUBLIC), Route("GET", "/api/{host}/feed", feed, PUBLIC)]
