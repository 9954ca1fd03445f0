"""Editors meet: a version is an ETag, `If-Match` guards a change, and a patch changes what it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, ConfigDict

from runtime.errors import must_be_version
from runtime.web.boundary import build_http
from runtime.web.editing import edited_response, expected_version, merge, read_patch
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

Client = TestClient[web.Request, web.Application]


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    depth: int = 1
    width: int = 1


class Goods(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    note: str = "none"
    tags: list[str] = []
    inner: Inner = Inner()


PRESENT = Goods(title="Tea", note="green", tags=["a", "b"], inner=Inner(depth=2, width=3))


async def patch(request: web.Request) -> web.Response:
    change = await read_patch(request, Goods, not_yours=("price", "inner.weight"))
    must_be_version(expected_version(request), 7)
    return edited_response(change.apply_to(PRESENT), 8)


@pytest_asyncio.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    app = build_http([Route("PATCH", "/goods", patch, PUBLIC)], None)
    async with TestClient(TestServer(app, host="127.0.0.1"), cookie_jar=aiohttp.DummyCookieJar()) as one:
        yield one


async def answer_to(
    client: Client, body: Any, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    async with client.patch("/goods", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_patch_changes_what_it_names_and_answers_the_new_version(client: Client) -> None:
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": '"7"'}
    async with client.patch(
        "/goods", data=b'{"note": null, "tags": ["c"], "inner": {"depth": 9}}', headers=headers
    ) as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, '"8"')
        assert await answer.json() == {
            "title": "Tea", "note": "none", "tags": ["c"], "inner": {"depth": 9, "width": 3},
        }  # fmt: skip


async def test_a_change_of_an_older_version_is_told_the_present_one(client: Client) -> None:
    status, problem = await answer_to(client, {"note": "x"}, {"If-Match": '"6"'})
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 7)
    for anything in (None, {"If-Match": "*"}, {"If-Match": 'W/"7"'}):
        assert (await answer_to(client, {"note": "x"}, anything))[0] == 200


@pytest.mark.parametrize("tag", ['"07"', '"\u0667"', "7", '"7", "8"', '"seven"', '""'])
async def test_a_malformed_version_is_refused(client: Client, tag: str) -> None:
    status, problem = await answer_to(client, {"note": "x"}, {"If-Match": tag})
    assert (status, problem["code"]) == (400, "malformed_version")


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"price": 0, "inner": {"weight": 1}, "note": "x"}, 403, ["price", "inner.weight"]),
        ({"prize": 0}, 422, ["prize"]),
        ({"inner": {"height": 1}}, 422, ["inner.height"]),
        ({"title": None}, 422, ["title"]),
        ({"inner": {"depth": "2"}}, 422, ["inner.depth"]),
        ([1], 422, [""]),
    ],
)
async def test_a_wrong_patch_is_refused_with_its_fields(
    client: Client, body: Any, status: int, fields: list[str]
) -> None:
    answered, problem = await answer_to(client, body)
    assert (answered, [error["field"] for error in problem["errors"]]) == (status, fields)


@pytest.mark.parametrize(
    ("target", "change", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_the_examples_of_the_standard(target: Any, change: Any, result: Any) -> None:
    assert merge(target, change) == result
