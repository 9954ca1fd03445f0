"""Operators put accounts, and identity publishes their changes."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from identity_support.operator import Operator

from identity.settings import Settings
from runtime.consuming.records import headers_of


async def test_each_change_of_an_account_is_published_once(
    operator: Operator, settings: Settings, kafka_bootstrap: str
) -> None:
    token = await operator.token()
    account = {"host_id": "host-1", "name": "小米", "kind": "merchant", "followers": 7}
    changes = [
        account,
        account,
        account | {"name": "小米有品"},
        account | {"kind": "creator", "creator_id": "c1"},
    ]
    answers = [await operator.call("PUT", "/v1/ops/accounts/a1", token, json=change) for change in changes]
    assert [(status, body["version"]) for status, body in answers] == [(201, 1), (200, 1), (200, 2), (200, 3)]
    consumer = AIOKafkaConsumer(
        settings.topic("accounts"), bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(20):
        records = [await consumer.getone() for _ in range(3)]
    published = [(headers_of(record)["ce_type"], orjson.loads(record.value)["version"]) for record in records]
    assert published == [
        ("anchorage.AccountSettledIn.v1", 1),
        ("anchorage.AccountChanged.v1", 2),
        ("anchorage.CreatorChanged.v1", 3),
    ]
    assert {record.key for record in records} == {b"a1"}


async def test_an_operator_reads_one_account(operator: Operator) -> None:
    token, path = await operator.token(), "/v1/ops/accounts/a3"
    assert (await operator.call("GET", path, token))[0] == 404
    account = {"host_id": "host-1", "name": "小米", "kind": "creator", "creator_id": "c1", "bio": "Tea"}
    _, put = await operator.call("PUT", path, token, json=account)
    assert await operator.call("GET", path, token) == (200, put)
    assert (put["creator_id"], put["version"]) == ("c1", 1)


async def test_changes_of_one_account_at_the_same_time_all_count(operator: Operator) -> None:
    token = await operator.token()
    account = {"host_id": "host-1", "name": "n", "kind": "merchant"}
    answers = await asyncio.gather(
        *(
            operator.call("PUT", "/v1/ops/accounts/a2", token, json=account | {"followers": n})
            for n in range(1, 11)
        )
    )
    assert sorted(body["version"] for _, body in answers) == list(range(1, 11))
    assert sorted(status for status, _ in answers) == [200] * 9 + [201]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/ops/clients/a%20b", {}, 422, "invalid_content"),
        ("/v1/ops/clients/a", {"name": "n"}, 422, "invalid_content"),
        ("/v1/ops/accounts/a", {"host_id": "h", "name": "n", "kind": "shop"}, 422, "invalid_content"),
        (
            "/v1/ops/accounts/a",
            {"host_id": "h", "name": "n", "kind": "merchant", "x": 1},
            422,
            "invalid_content",
        ),
        ("/v1/ops/nothing", {}, 404, "no_such_path"),
    ],
)
async def test_wrong_content_is_answered_with_a_problem_document(
    operator: Operator, path: str, body: dict[str, object], status: int, code: str
) -> None:
    answer = await operator.call("PUT", path, await operator.token(), json=body)
    assert (answer[0], answer[1]["code"]) == (status, code)
