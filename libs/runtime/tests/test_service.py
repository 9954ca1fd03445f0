"""A service that has not started answers its health routes only."""

import asyncio
from typing import Any

import aiohttp
from aiohttp import web

from runtime.service import Service
from runtime.settings import ServiceSettings
from runtime.web.bodies import json_response
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC
from support.eventually import Eventually


async def test_calls_wait_for_the_end_of_the_start_and_health_does_not(eventually: Eventually) -> None:
    """A write before the relay's position is fixed would never be published."""
    may_start = asyncio.Event()

    async def hello(_: web.Request) -> web.Response:
        return json_response({"hello": "there"})

    def assemble(service: Service) -> None:
        service.routes([Route("GET", "/hello", hello, PUBLIC)])
        service.prepare(lambda: wait(may_start))

    service = Service("starting", ServiceSettings(), uses_mongo=False, assemble=assemble)
    stop = asyncio.Event()
    running = asyncio.create_task(run(service, stop))
    await eventually(lambda: service.url)
    async with aiohttp.ClientSession() as session:
        assert await status_of(session, service, "/livez") == 200
        assert await status_of(session, service, "/hello") == 503
        may_start.set()
        await eventually(lambda: service.ready)
        assert await status_of(session, service, "/hello") == 200
    stop.set()
    await running


async def wait(event: asyncio.Event) -> None:
    await event.wait()


async def run(service: Service, stop: asyncio.Event) -> None:
    async with service.running():
        await stop.wait()


async def status_of(session: aiohttp.ClientSession, service: Service, path: str) -> Any:
    async with session.get(service.url + path) as response:
        return response.status
