"""The demo host app put together."""

from __future__ import annotations

from aiohttp import web

from host_demo.pages import HEADERS, Pages
from host_demo.settings import Settings
from host_demo.state import state_of_all
from runtime.clock import Clock, system_clock
from runtime.http import Route, json_response
from runtime.ids import NewId, random_id
from runtime.service import Service
from runtime.tokens import PUBLIC


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The host app, ready to run. It needs nothing to be up when it starts."""
    return Service(
        "host_demo", settings, clock=clock, new_id=new_id, uses_mongo=False,
        assemble=lambda s: _assemble(s, settings), answer_headers=HEADERS,
    )  # fmt: skip


def _assemble(service: Service, settings: Settings) -> None:
    hosts = {host.slug: host for host in settings.host_demo_hosts}
    gateway = settings.gateway_url.rstrip("/")

    async def state(_: web.Request) -> web.Response:
        processes = await state_of_all(service.http, settings.watched())
        shown = [{"slug": host.slug, "name": host.name.model_dump()} for host in hosts.values()]
        return json_response({"processes": processes, "hosts": shown, "gateway": gateway})

    service.routes([*Pages(hosts, gateway).routes(), Route("GET", "/api/state", state, PUBLIC)])
