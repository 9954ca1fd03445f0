"""Token buckets that all gateways share."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from identity_support.operator import Operator

from contracts.api.limits import LEASES_PATH

SLOW = 10
"""Tokens a second: few enough that what a busy machine's seconds refill is seen."""


async def lease(operator: Operator, key: str, wanted: int, size: int = SLOW, **more: Any) -> Any:
    body = {"key": key, "size": size, "wanted": wanted, **more}
    status, answer = await operator.call("POST", LEASES_PATH, json=body)
    assert status == 200, answer
    return answer


async def test_leases_at_once_never_give_more_than_the_bucket_holds_and_refills(operator: Operator) -> None:
    loop, key = asyncio.get_running_loop(), secrets.token_hex(8)
    started = loop.time()
    leases = await asyncio.gather(*(lease(operator, key, 3) for _ in range(40)))
    refilled = SLOW * (loop.time() - started)
    given = sum(one["given"] for one in leases)
    assert SLOW <= given <= SLOW + refilled


async def test_tokens_that_were_spent_before_are_charged_even_into_debt(operator: Operator) -> None:
    key = secrets.token_hex(8)
    assert (await lease(operator, key, 1, spent=2 * SLOW)) == {"given": 0, "remaining": 0}


async def test_each_key_has_its_own_bucket(operator: Operator) -> None:
    one, other = secrets.token_hex(8), secrets.token_hex(8)
    await lease(operator, one, SLOW)
    assert (await lease(operator, other, SLOW))["given"] == SLOW


async def test_a_bucket_of_an_hour_does_not_refill_at_once(operator: Operator) -> None:
    key = secrets.token_hex(8)
    assert (await lease(operator, key, SLOW, window=3600))["given"] == SLOW
    assert await lease(operator, key, 1, window=3600) == {"given": 0, "remaining": 0}


@pytest.mark.parametrize("wrong", [{"wanted": 0}, {"size": 0}, {"window": 0}, {"key": ""}, {"spent": -1}])
async def test_a_lease_of_nothing_is_refused(operator: Operator, wrong: dict[str, Any]) -> None:
    body = {"key": "k", "size": 1, "wanted": 1} | wrong
    status, problem = await operator.call("POST", LEASES_PATH, json=body)
    assert (status, problem["code"]) == (422, "invalid_content")
