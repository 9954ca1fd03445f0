"""Compressed answers: for callers that accept them, and only where it is worth it."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import brotli
import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDictProxy

from runtime.web.boundary import build_http
from runtime.web.client import client_session
from runtime.web.compression import fixed_answer, preferred_encoding
from runtime.web.protocol import ProblemRunner
from runtime.web.routes import Handler, Route
from runtime.web.tokens import PUBLIC

LONG = b'{"items":[' + b",".join(b'{"title":"tea %d"}' % n for n in range(200)) + b"]}"
HUGE = LONG * 100
FIXED = fixed_answer(LONG, "text/html; charset=utf-8", {"Cache-Control": "no-cache"})


@dataclass
class Site:
    """A served application."""

    url: str
    http: aiohttp.ClientSession

    async def get(
        self, path: str, accepted: str | None, **headers: str
    ) -> tuple[int, bytes, CIMultiDictProxy[str]]:
        sent = {**headers, **({"Accept-Encoding": accepted} if accepted is not None else {})}
        async with self.http.get(self.url + path, headers=sent) as answer:
            return answer.status, await answer.read(), answer.headers


def answering(body: bytes, status: int = 200, **headers: str) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return web.Response(status=status, body=body, headers=sent)

    return handle


async def streamed(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    await stream.write(LONG)
    return stream


async def fixed(request: web.Request) -> web.StreamResponse:
    return FIXED.response(request)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    handlers = {
        "/json": answering(LONG, ETag='"1"', Accept_Ranges="bytes"),
        "/huge": answering(HUGE),
        "/short": answering(b'{"a":1}'),
        "/svg": answering(LONG, Content_Type="image/svg+xml"),
        "/png": answering(LONG, Content_Type="image/png"),
        "/token": answering(LONG, Cache_Control="no-store"),
        "/part": answering(LONG, 206, Content_Range="bytes 0-1/9"),
        "/ready": answering(LONG, Content_Encoding="zstd"),
        "/varies": answering(LONG, Vary="Origin"),
        "/unchanged": answering(b"", 304, ETag='W/"1"'),
        "/stream": streamed,
        "/fixed": fixed,
    }
    routes = [Route("GET", path, handler, PUBLIC) for path, handler in handlers.items()]
    runner = ProblemRunner(build_http(routes, None, compress=True), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as http:
        yield Site("http://{}:{}".format(*runner.addresses[0][:2]), http)
    await runner.cleanup()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("BR ; q=1.0", "br"),
        ("*", "br"),
        ("*;q=0.1, br;q=0", "gzip"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("deflate", None),
        ("gzip;q=much", None),
    ],
)
def test_the_encoding_with_the_highest_weight_is_chosen(accepted: str, encoding: str | None) -> None:
    assert preferred_encoding(accepted) == encoding


@given(st.text(alphabet="gzipbr,;=q.0159* \t\xff"))
def test_no_header_is_too_odd_to_be_read(accepted: str) -> None:
    assert preferred_encoding(accepted) in ("br", "gzip", None)


@pytest.mark.parametrize("path", ["/json", "/svg", "/huge", "/fixed"])
async def test_text_arrives_compressed_and_whole(site: Site, path: str) -> None:
    whole = HUGE if path == "/huge" else LONG
    _, plain, headers = await site.get(path, None)
    assert plain == whole
    assert headers["Vary"] == "Accept-Encoding"
    _, packed, headers = await site.get(path, "br")
    assert (brotli.decompress(packed), headers["Content-Encoding"]) == (whole, "br")
    assert len(packed) < len(whole) / 4
    _, packed, headers = await site.get(path, "gzip")
    assert (zlib.decompress(packed, wbits=31), headers["Content-Encoding"]) == (whole, "gzip")
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/short", "/png", "/token", "/part", "/ready", "/stream"])
async def test_what_gains_nothing_or_holds_a_secret_is_sent_as_it_is(site: Site, path: str) -> None:
    _, plain, _ = await site.get(path, None)
    _, body, headers = await site.get(path, "br, gzip")
    assert body == plain
    assert headers.get("Content-Encoding") in (None, "zstd")


async def test_a_compressed_answer_keeps_a_weak_tag_and_offers_no_ranges(site: Site) -> None:
    _, _, headers = await site.get("/json", "br")
    assert headers["ETag"] == 'W/"1"'
    assert "Accept-Ranges" not in headers
    _, _, headers = await site.get("/json", None)
    assert headers["ETag"] == '"1"'


async def test_what_already_varies_varies_by_both(site: Site) -> None:
    _, _, headers = await site.get("/varies", "br")
    assert headers["Vary"] == "Origin, Accept-Encoding"


async def test_an_unchanged_answer_says_what_it_varies_by(site: Site) -> None:
    status, _, headers = await site.get("/unchanged", "br")
    assert (status, headers["Vary"]) == (304, "Accept-Encoding")
    assert "Content-Encoding" not in headers


@pytest.mark.parametrize("accepted", ["br", "gzip", None])
async def test_a_fixed_answer_is_not_sent_twice_to_a_caller_that_has_it(
    site: Site, accepted: str | None
) -> None:
    _, _, headers = await site.get("/fixed", "br")
    status, body, again = await site.get("/fixed", accepted, **{"If-None-Match": headers["ETag"]})
    assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert again["Cache-Control"] == "no-cache"


async def test_many_callers_at_once_each_get_the_whole(site: Site) -> None:
    answers = await asyncio.gather(*(site.get("/huge", "br") for _ in range(8)))
    assert {brotli.decompress(body) for _, body, _ in answers} == {HUGE}


async def test_our_own_clients_ask_for_answers_as_they_are(site: Site) -> None:
    async with client_session() as http, http.get(site.url + "/json") as answer:
        assert await answer.read() == LONG
        assert "Content-Encoding" not in answer.headers
