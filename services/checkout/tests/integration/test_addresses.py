"""Addresses that are saved at the same moment."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import Any

from checkout_support.running import ADDRESS, RunningCheckout

from checkout.adapters.mongo_addresses import MongoAddresses
from checkout.domain.account import MAX_ADDRESSES
from runtime.clock import system_clock

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


async def test_a_repeat_that_arrives_after_a_change_saves_nothing_more(checkout: RunningCheckout) -> None:
    key = secrets.token_hex(4)
    street = {"street": "West Lake 1"}
    _, saved = await checkout.call("POST", PATH, ADDRESS | street, key=key)
    await checkout.call("PUT", f"{PATH}/{saved['address_id']}", ADDRESS | {"street": "West Lake 2"})
    status, again = await checkout.call("POST", PATH, ADDRESS | street, key=key)
    assert (status, again["address_id"], again["street"]) == (201, saved["address_id"], "West Lake 2")
    assert await listed(checkout) == [again]
    status, refused = await checkout.call("POST", PATH, ADDRESS | {"street": "West Lake 3"}, key=key)
    assert (status, refused["code"]) == (422, "idempotency_key_reused")


async def test_an_address_that_has_another_version_by_now_is_not_changed(checkout: RunningCheckout) -> None:
    _, saved = await save(checkout, 1)
    path = f"{PATH}/{saved['address_id']}"

    async def change(n: int, version: int | None) -> tuple[int, Any]:
        return await checkout.call("PUT", path, ADDRESS | {"street": f"West Lake {n}"}, if_match=version)

    answers = await asyncio.gather(*(change(n, saved["version"]) for n in range(2, 12)))
    [won] = [answer for status, answer in answers if status == 200]
    lost = [answer for status, answer in answers if status != 200]
    assert {(problem["code"], problem["version"]) for problem in lost} == {
        ("version_conflict", won["version"])
    }
    assert await listed(checkout) == [won]
    assert await checkout.call("GET", path) == (200, won)
    assert (await checkout.call("GET", f"{path}0"))[0] == 404
    status, last = await change(12, None)
    assert (status, last["version"]) == (200, won["version"] + 1)


async def test_addresses_of_a_document_each_move_into_their_buyers_book_once(
    checkout: RunningCheckout,
) -> None:
    _, newest = await save(checkout, 1, is_default=True)
    own = {"openid": checkout.openid, "mini_program_id": checkout.mini_program_id}
    documents = [
        {"_id": f"old{secrets.token_hex(4)}", **own, **ADDRESS, "street": f"West Lake {n}", "is_default": True,
         "created_at": system_clock() - timedelta(days=n)}
        for n in (1, 2, 3)
    ]  # fmt: skip
    db = checkout.service.db
    await db["addresses"].insert_many(documents)
    book = MongoAddresses(db)
    await asyncio.gather(book.take_over(), book.take_over())
    found = await listed(checkout)
    assert [address["address_id"] for address in found] == [
        newest["address_id"],
        *(document["_id"] for document in documents[1:]),
    ]
    assert [address["is_default"] for address in found] == [True, False, False]
    assert await db["addresses"].count_documents(own) == 0
