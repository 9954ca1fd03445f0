"""Addresses that are saved at the same moment."""

from __future__ import annotations

import asyncio
from typing import Any

from checkout_support.running import ADDRESS, RunningCheckout

from checkout.domain.account import MAX_ADDRESSES

PATH = "/account/addresses"


async def save(checkout: RunningCheckout, n: int, **changes: Any) -> tuple[int, Any]:
    return await checkout.call("POST", PATH, ADDRESS | {"street": f"West Lake {n}"} | changes)


async def listed(checkout: RunningCheckout) -> list[Any]:
    _, page = await checkout.call("GET", PATH)
    return list(page["items"])


async def test_a_double_tap_saves_an_address_once(checkout: RunningCheckout) -> None:
    answers = await asyncio.gather(*(save(checkout, 1, is_default=True) for _ in range(4)))
    assert {status for status, _ in answers} == {201}
    [saved] = await listed(checkout)
    assert {answer["address_id"] for _, answer in answers} == {saved["address_id"]}


async def test_of_several_defaults_at_once_one_is_left(checkout: RunningCheckout) -> None:
    await asyncio.gather(*(save(checkout, n, is_default=True) for n in range(4)))
    assert [address["is_default"] for address in await listed(checkout)].count(True) == 1


async def test_the_limit_holds_for_addresses_saved_at_once(checkout: RunningCheckout) -> None:
    for n in range(MAX_ADDRESSES - 2):
        await save(checkout, n)
    answers = await asyncio.gather(*(save(checkout, n) for n in range(100, 106)))
    assert sorted(status for status, _ in answers) == [201, 201, 409, 409, 409, 409]
    assert len(await listed(checkout)) == MAX_ADDRESSES
