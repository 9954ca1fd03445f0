"""Records calls of the gateway while tests make them: the example of a call is the one that says the most."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from gateway.calls import CSV, EVENTS, FORM, JSON_LINES, TEXT, Call
from gateway.recorded_examples import Body, Example
from gateway.table import CALLS
from support.examples.stable import said

MAX_ITEMS = 6
"""Items of a list that is not a page, and characters of a text: the others say nothing new."""
MAX_TEXT = 2_000
SHOWN = {"read_openapi": ("openapi", "info", "servers")}
"""The fields of an answer that is too long to show."""


class Recorder:
    """The examples so far, by the names of the calls. `record` is a middleware of aiohttp's client."""

    def __init__(self, gateway: str) -> None:
        self.examples: dict[str, Example] = {}
        self._gateway = gateway
        # a path with fewer parameters is the more exact one
        known = sorted(CALLS, key=lambda call: len(call.parameters))
        self._calls = [(call, _matching(call)) for call in known]

    async def record(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Pass the request on, and record it if it is one of the gateway's calls and succeeds."""
        answer = await handler(request)
        if str(request.url.origin()) != self._gateway or answer.content_type == EVENTS:
            return answer
        call, ids = self._call_of(request)
        expected = [status.value for status in call.success] or [410] if call else []
        if call is not None and answer.status in expected:
            self.keep(call, await _example(call, ids, request, answer))
        return answer

    def keep(self, call: Call, example: Example) -> None:
        """Record the example unless a better one is known."""
        known = self.examples.get(call.name)
        if known is None or _said(example) > _said(known):
            self.examples[call.name] = example

    def _call_of(self, request: ClientRequest) -> tuple[Call | None, dict[str, str]]:
        for call, matches in self._calls:
            found = matches(request.url.raw_path) if call.method == request.method else None
            if found is not None:
                return call, {name: unquote(value) for name, value in found.groupdict().items()}
        return None, {}


def _matching(call: Call) -> Callable[[str], re.Match[str] | None]:
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(call.documented_path))
    if "{path:" in call.path:
        pattern = pattern.replace("(?P<path>[^/]+)", "(?P<path>.+)")
    return re.compile(pattern).fullmatch


async def _example(
    call: Call, ids: dict[str, str], request: ClientRequest, answer: ClientResponse
) -> Example:
    headers = {
        header.name: request.headers[header.name] for header in call.headers if header.name in request.headers
    }
    sent = request.body if isinstance(request.body, (bytes, bytearray)) else await request.body.as_bytes()
    media = request.headers.get("Content-Type", "").split(";")[0]
    asked = Body(media, _content(media, bytes(sent))) if sent and call.bodies else None
    content, answered = await answer.read(), None
    if content:
        answered = Body(answer.content_type, _content(answer.content_type, content))
        if call.name in SHOWN:
            answered = replace(answered, content={name: answered.content[name] for name in SHOWN[call.name]})
    return Example(answer.status, {**ids, **request.url.query, **headers}, asked, answered)


def _content(media: str, content: bytes) -> Any:
    if media.endswith("json"):
        return _shortened("items", json.loads(content))
    if media == FORM:
        return dict(parse_qsl(content.decode()))
    if media == CSV:
        return content.decode("utf-8-sig")
    if media in (TEXT, JSON_LINES):
        return content.decode()[:MAX_TEXT]
    return None


def _shortened(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(key, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_shortened("", part) for part in (value if name == "items" else value[:MAX_ITEMS])]
    return value


def _said(example: Example) -> int:
    bodies = (body.content for body in (example.request, example.answer) if body is not None)
    return len(example.parameters) + sum(map(said, bodies))


def recording_session(recorder: Recorder) -> aiohttp.ClientSession:
    """A session whose calls are recorded."""
    return aiohttp.ClientSession(middlewares=(recorder.record,))
