"""Bodies and queries are taken for what they say: JSON types are never converted, and nothing is read in two ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, ConfigDict

from contracts.api.common import DIGITS
from contracts.money import Money
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.boundary import build_http
from runtime.web.idempotency import fingerprint_of
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

Client = TestClient[web.Request, web.Application]
JSON = {"Content-Type": "application/json"}


class Goods(BaseModel):
    model_config = ConfigDict(extra="forbid")
    quantity: int = 1
    listed: bool = True
    title: str = ""
    rating: float | None = None
    price: Money | None = None
    nested: Any = None


class Limits(BaseModel):
    limit: Annotated[int, DIGITS] = 20


async def keep(request: web.Request) -> web.Response:
    goods = await read_json(request, Goods)
    return json_response({"fingerprint": fingerprint_of(goods), "quantity": goods.quantity})


async def look(request: web.Request) -> web.Response:
    return json_response(read_query(request, Limits))


@pytest_asyncio.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    app = build_http([Route("POST", "/goods", keep, PUBLIC), Route("GET", "/goods", look, PUBLIC)], None)
    async with TestClient(TestServer(app, host="127.0.0.1"), cookie_jar=aiohttp.DummyCookieJar()) as one:
        yield one


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"quantity": "1"}', "quantity"),
        ('{"quantity": "129.00"}', "quantity"),
        ('{"quantity": true}', "quantity"),
        ('{"quantity": 1.0}', "quantity"),
        ('{"quantity": 1e1}', "quantity"),
        ('{"quantity": 0.9999999999999999999999}', "quantity"),
        ('{"listed": 1}', "listed"),
        ('{"listed": "true"}', "listed"),
        ('{"title": 1}', "title"),
        ('{"rating": "4.5"}', "rating"),
        ('{"rating": true}', "rating"),
        ('{"price": {"amount": "129.00"}}', "price.amount"),
        ('{"price": {"amount": true}}', "price.amount"),
        ('{"price": {"amount": 9223372036854775808}}', "price.amount"),
        ('{"quantity": 1, "quantity": 1}', "quantity"),
        ('{"price": {"amount": 1, "amount": 2}}', "amount"),
    ],
)
async def test_a_value_of_another_type_and_a_repeated_key_are_refused_by_name(
    client: Client, body: str, field: str
) -> None:
    answer = await client.post("/goods", data=body, headers=JSON)
    assert answer.status == 422
    assert [error["field"] for error in (await answer.json(content_type=None))["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xef\xbb\xbf{}",
        b'{"title": "\\ud800"}',
        b'{"rating": Infinity}',
        b'{"rating": 1e999}',
        '{"title": "中"}'.encode("gbk"),
        b'{"title": "\x00"}',
        b'{"nested": ' + b"[" * 990 + b"]" * 990 + b"}",
        b'{"quantity": ' + b"1" * 5000 + b"}",
    ],
    ids=["empty", "byte order mark", "lone surrogate", "infinity", "overflow", "GBK", "NUL", "deep", "huge"],
)
async def test_a_body_that_other_readers_may_understand_differently_is_malformed(
    client: Client, body: bytes
) -> None:
    answer = await client.post("/goods", data=body, headers=JSON)
    assert answer.status in (400, 422)
    assert (await answer.json(content_type=None))["code"] in ("malformed_json", "invalid_content")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=UTF-8", 200),
        ("application/octet-stream", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=gbk", 415),
    ],
)
async def test_only_json_in_utf8_is_taken_for_json(client: Client, content_type: str, status: int) -> None:
    answer = await client.post("/goods", data=b"{}", headers={"Content-Type": content_type})
    assert answer.status == status


async def test_the_same_request_in_other_bytes_is_the_same_request(client: Client) -> None:
    same = [
        '{"quantity": 1, "title": "tea", "price": {"amount": 100}}',
        '{"title":"tea","price":{"currency":"CNY","amount":100},"quantity":1}',
        '{ "title": "\\u0074ea", "price": {"amount": 100}, "listed": true, "rating": null }',
    ]
    other = '{"quantity": 2, "title": "tea", "price": {"amount": 100}}'
    prints = [
        (await (await client.post("/goods", data=body, headers=JSON)).json())["fingerprint"]
        for body in [*same, other]
    ]
    assert prints[0] == prints[1] == prints[2] != prints[3]


def test_a_retry_across_an_update_that_adds_a_field_is_the_same_request() -> None:
    class LaterGoods(Goods):
        of_a_later_version: str | None = None

    body = {"quantity": 2, "price": {"amount": 100}}
    assert fingerprint_of(LaterGoods.model_validate(body)) == fingerprint_of(Goods.model_validate(body))


@pytest.mark.parametrize(
    "limit", ["1e1", "+5", "1_000", "%EF%BC%91%EF%BC%92", "1.0", "-1", "true", "", "9" * 19]
)
async def test_a_number_in_a_query_has_digits_only(client: Client, limit: str) -> None:
    assert (await client.get(f"/goods?limit={limit}")).status == 422


async def test_a_number_in_a_query_is_read(client: Client) -> None:
    assert (await (await client.get("/goods?limit=7")).json()) == {"limit": 7}
