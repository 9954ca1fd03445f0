"""Proxies the page's calls to the gateway: only listed ones, only from our own page, without a token in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from yarl import URL

from host_demo.calls import CALLS, ID, Call
from host_demo.pages import HEADERS
from host_demo.platform import HostCall, Platform
from host_demo.settings import Host
from host_demo.viewers import viewer_of
from runtime.web.bodies import json_response, read_json
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

TO_GATEWAY = (
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Range",
    "If-Range",
)
TO_PAGE = ("Content-Type", "Retry-After", "Cache-Control", "ETag", "Last-Modified")
WRITES = ("POST", "PUT", "DELETE")
NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]*"
"""A folder's or file's name; never `..`."""
CLICKS = f"/videos/{{video_id:{ID}}}/anchors/{{anchor_id:{ID}}}/clicks"


class EntryBody(BaseModel):
    """How the viewer enters a mini program."""

    model_config = ConfigDict(extra="forbid")

    mini_program_id: str = Field(min_length=1, max_length=64)
    surface: str
    click_id: str | None = None


class Caller:
    """Finds the host that a request is for and the viewer who makes it."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self._hosts = hosts

    def __call__(self, request: web.Request) -> tuple[Host, str]:
        """Raises Problem: 404 for another host, 401 without an identity, 403 for a write of another site's page."""
        host = self._hosts.get(request.match_info["host"])
        if host is None:
            raise not_found("this host")
        if request.method in WRITES and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Problem(403, "foreign_page", "only this app's own pages may do that")
        viewer = viewer_of(request)
        if viewer is None:
            raise Problem(401, "no_viewer", "open the app first: it gives you an identity")
        return host, viewer


class ProxyRoutes:
    """The routes under /api/<host> that are proxied to the gateway, and /media."""

    def __init__(self, platform: Platform, caller: Caller) -> None:
        self._platform = platform
        self._caller = caller

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"/media/{{path:{NAME}(?:/{NAME})*}}", self._media, PUBLIC),
            Route("POST", "/api/{host}/sessions", self._enter, PUBLIC),
            Route("POST", f"/api/{{host}}{CLICKS}", self._click, PUBLIC),
            *(
                Route(
                    call.method, f"/api/{{host}}{call.path}", self._proxied(call), PUBLIC, None, call.max_body
                )
                for call in CALLS
            ),
        ]

    async def _enter(self, request: web.Request) -> web.Response:
        """Open a session for the viewer; this server names the viewer, and the token stays here."""
        host, viewer = self._caller(request)
        body = await read_json(request, EntryBody)
        entry = body.model_dump(exclude={"mini_program_id"}, exclude_none=True)
        return json_response(await self._platform.enter(host, viewer, body.mini_program_id, entry), 201)

    async def _click(self, request: web.Request) -> web.StreamResponse:
        """Tap an anchor: one gateway call, which answers with the whole product page."""
        host, viewer = self._caller(request)
        json = {"Content-Type": "application/json"}
        body = b'{"host_user_id":"' + viewer.encode() + b'"}'
        host_call = HostCall(host, viewer, "POST", _target(request), json, body)
        return await _answer_with(request, self._platform.as_host(host_call))

    def _proxied(self, call: Call) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            host, viewer = self._caller(request)
            headers = {name: value for name in TO_GATEWAY if (value := request.headers.get(name))}
            host_call = HostCall(
                host, viewer, call.method, _target(request), headers, await request.read(), call.seconds
            )
            match call.token:
                case "host":
                    sent = self._platform.as_host(host_call)
                case "viewer":
                    sent = self._platform.as_viewer(host_call, request.match_info["mini_program_id"])
                case "none":
                    sent = self._platform.as_nobody(host_call)
            return await _answer_with(request, sent)

        return handle

    async def _media(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name in TO_GATEWAY if (value := request.headers.get(name))}
        address = URL(self._platform.gateway + request.rel_url.raw_path, encoded=True)
        async with self._platform.http.get(address, headers=headers) as answer:
            return web.Response(status=answer.status, body=await answer.read(), headers=_kept(answer.headers))


def _target(request: web.Request) -> str:
    """The gateway's path and query for one of ours: /api/<host>/… becomes /v1/…"""
    return "/v1/" + request.rel_url.raw_path_qs.split("/", 3)[3]


async def _answer_with(
    request: web.Request, sent: AbstractAsyncContextManager[aiohttp.ClientResponse]
) -> web.StreamResponse:
    """The gateway's answer. If it breaks off, ours does too: a browser then connects to a stream again by itself."""
    async with sent as answer:
        if answer.content_type != "text/event-stream":
            return web.Response(status=answer.status, body=await answer.read(), headers=_kept(answer.headers))
        stream = web.StreamResponse(headers={**_kept(answer.headers), **HEADERS, "X-Accel-Buffering": "no"})
        if request.method == "HEAD":
            return stream
        await stream.prepare(request)
        async for part in answer.content.iter_any():
            await stream.write(part)
        return stream


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name in TO_PAGE if (value := headers.get(name)) is not None}
