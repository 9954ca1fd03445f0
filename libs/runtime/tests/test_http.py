"""The HTTP boundary: whatever goes wrong, the answer is a problem document that reveals nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiokafka.errors import KafkaConnectionError
from pydantic import BaseModel, ConfigDict, Field
from pymongo.errors import AutoReconnect

from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.boundary import build_http
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import PUBLIC, Keys, TokenVerifier
from support.issuer import Issuer

SECRET = "planted-13800001111"


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=5)
    count: int = 1


async def keep(request: web.Request) -> web.Response:
    return json_response(await read_json(request, Note), 201)


async def look(request: web.Request) -> web.Response:
    return json_response(read_query(request, Note))


async def who(request: web.Request) -> web.Response:
    return json_response({"subject": principal_of(request).subject})


async def slow(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


def failing(fault: Exception) -> Any:
    async def handler(_: web.Request) -> web.Response:
        raise fault

    return handler


@pytest_asyncio.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer().serving() as one:
        yield one


@pytest_asyncio.fixture(scope="module")
async def client(issuer: Issuer) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with aiohttp.ClientSession() as session:
        app = build_http(
            [
                Route("POST", "/notes", keep, PUBLIC, max_body=1000),
                Route("GET", "/notes", look, PUBLIC),
                Route("GET", "/me", who, scopes("host", "owner")),
                Route("GET", "/slow", slow, PUBLIC, deadline=0.05),
                Route("GET", "/bug", failing(RuntimeError(SECRET)), PUBLIC),
                Route("GET", "/mongo", failing(AutoReconnect(SECRET)), PUBLIC),
                Route("GET", "/kafka", failing(KafkaConnectionError(SECRET)), PUBLIC),
                Route("GET", "/none", failing(not_found("the note")), PUBLIC),
                Route("GET", "/later", failing(Problem(429, "too_many", "slow down", retry_after=7)), PUBLIC),
            ],
            TokenVerifier(Keys(issuer.url, lambda: session)),
        )
        async with TestClient(TestServer(app, host="127.0.0.1"), cookie_jar=aiohttp.DummyCookieJar()) as one:
            yield one


Client = TestClient[web.Request, web.Application]


async def problem_of(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    """The problem document of an answer, which has all that RFC 9457 and the platform ask for."""
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    text = await answer.text()
    assert "Traceback" not in text
    assert SECRET not in text
    document: dict[str, Any] = json.loads(text)
    assert document["status"] == answer.status
    assert document["type"].endswith(document["code"])
    assert document["title"]
    return document


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/bug", 500, "internal"),
        ("/mongo", 503, "unavailable"),
        ("/kafka", 503, "unavailable"),
        ("/slow", 503, "unavailable"),
        ("/none", 404, "not_found"),
        ("/nowhere", 404, "no_such_path"),
        ("/later", 429, "too_many"),
    ],
)
async def test_a_failed_call_is_a_problem_that_gives_nothing_away(
    client: Client, path: str, status: int, code: str
) -> None:
    answer = await client.get(path)
    assert answer.status == status
    assert (await problem_of(answer))["code"] == code


@pytest.mark.parametrize("path", ["/slow", "/mongo", "/later"])
async def test_a_temporary_failure_says_when_to_retry(client: Client, path: str) -> None:
    assert int((await client.get(path)).headers["Retry-After"]) > 0


async def test_a_wrong_method_gets_the_allowed_ones(client: Client) -> None:
    answer = await client.put("/notes")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    assert (await problem_of(answer))["code"] == "method_not_allowed"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{'text': 1}", b"[" * 900, b'{"text": NaN}'])
async def test_a_body_that_is_not_json_is_400(client: Client, body: bytes) -> None:
    answer = await client.post("/notes", data=body)
    assert answer.status == 400
    assert (await problem_of(answer))["code"] == "malformed_json"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"text"}),
        ({"text": SECRET}, {"text"}),
        ({"text": "ok", "price": SECRET}, {"price"}),
        ({"text": "ok", "count": SECRET}, {"count"}),
        ([], {""}),
    ],
)
async def test_wrong_fields_are_named_and_not_repeated(client: Client, body: Any, fields: set[str]) -> None:
    answer = await client.post("/notes", json=body)
    assert answer.status == 422
    assert {error["field"] for error in (await problem_of(answer))["errors"]} == fields


async def test_a_body_that_is_too_large_is_413_with_and_without_a_content_length(client: Client) -> None:
    told = await client.post("/notes", data=b"x" * 1001)
    assert told.status == 413
    assert (await problem_of(told))["code"] == "too_large"

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    untold = await client.post("/notes", data=pieces())
    assert untold.status == 413
    assert (await problem_of(untold))["code"] == "too_large"


async def test_a_routes_own_limit_holds_without_a_content_length(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"text": "ok", "count": 1' + b" " * 2000 + b"}"

    answer = await client.post("/notes", data=pieces())
    assert answer.status == 413


async def test_a_body_that_does_not_match_its_encoding_is_400(client: Client) -> None:
    answer = await client.post("/notes", data=b"this is no gzip", headers={"Content-Encoding": "gzip"})
    assert answer.status == 400
    await problem_of(answer)


async def test_a_parameter_given_twice_is_refused(client: Client) -> None:
    answer = await client.get("/notes?text=a&text=b")
    assert answer.status == 422
    assert (await problem_of(answer))["errors"] == [{"field": "text", "message": "give it once"}]


async def test_without_a_token_the_answer_says_how_to_authenticate(client: Client) -> None:
    answer = await client.get("/me")
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await problem_of(answer))["code"] == "no_token"


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer a.b.c", "Bearer \udcff\udcfe"])
async def test_a_token_that_is_not_ours_is_401(client: Client, header: str) -> None:
    answer = await client.get("/me", headers={"Authorization": header})
    assert answer.status == 401
    await problem_of(answer)


async def test_a_token_without_the_scope_is_403_and_names_the_scope(client: Client, issuer: Issuer) -> None:
    answer = await client.get("/me", headers=issuer.headers("creator"))
    assert answer.status == 403
    assert "host or owner" in (await problem_of(answer))["detail"]


async def test_a_good_token_passes(client: Client, issuer: Issuer) -> None:
    answer = await client.get("/me", headers=issuer.headers("owner", subject="client7"))
    assert await answer.json() == {"subject": "client7"}


async def test_routes_with_scopes_need_a_token_verifier() -> None:
    with pytest.raises(ValueError, match="verifier"):
        build_http([Route("GET", "/me", who, scopes("host"))], None)


async def test_the_trace_of_the_caller_is_continued_in_the_answer(client: Client) -> None:
    trace_id = "ab" * 16
    answer = await client.get("/notes?text=a", headers={"traceparent": f"00-{trace_id}-{'cd' * 8}-01"})
    assert trace_id in answer.headers["traceparent"]


@pytest.mark.parametrize(
    "traceparent", ["", "rubbish", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ff" * 100]
)
async def test_a_broken_trace_header_does_no_harm(client: Client, traceparent: str) -> None:
    assert (await client.get("/notes?text=a", headers={"traceparent": traceparent})).status == 200
