"""A service that has not started answers its health routes only."""

import asyncio
from typing import Any

import aiohttp
import pytest
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


async def test_a_part_that_fails_to_stop_does_not_keep_the_others_from_stopping() -> None:
    stopped: list[str] = []

    async def fails() -> None:
        stopped.append("first")
        raise RuntimeError("does not stop")

    async def stops() -> None:
        stopped.append("second")

    service = Service("stopping", ServiceSettings(), uses_mongo=False)
    service.close_last(fails)
    service.close_last(stops)
    with pytest.raises(RuntimeError, match="does not stop"):
        async with service.running():
            pass
    assert stopped == ["first", "second"]
    assert service.http.closed


async def test_a_call_under_way_is_finished_before_the_producer_stops(
    kafka_bootstrap: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        entered.set()
        await may_end.wait()
        order.append("answered")
        return json_response({})

    async def stop_producer() -> None:
        order.append("producer stopped")

    service = Service(
        "finishing", ServiceSettings(kafka=kafka_bootstrap), uses_mongo=False,
        assemble=lambda service: service.routes([Route("GET", "/slow", slow, PUBLIC)]),
    )  # fmt: skip
    monkeypatch.setattr(service.publisher, "stop", stop_producer)
    stop = asyncio.Event()
    running = asyncio.create_task(run(service, stop))
    await eventually(lambda: service.ready)
    async with aiohttp.ClientSession() as session:
        calling = asyncio.create_task(status_of(session, service, "/slow"))
        await entered.wait()
        stop.set()
        await eventually(lambda: not service.ready)
        may_end.set()
        assert await calling == 200
    await running
    assert order == ["answered", "producer stopped"]
