"""Fifty editors of one object who have read the same version: one of them wins each time, and no change is lost.

A call that takes `If-Match` and is new in the table needs an edit here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.headers import VERSION_HEADER
from gateway.table import CALLS
from runtime.web.tokens import OPS
from support.callers import Caller, cny
from support.matrix.asking import BODIES, filled, own_ids, path_of
from support.matrix.parties import Founder, Party, World, address_of
from support.platform import Platform

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="module"),
]

EDITORS = 50
EDITS: dict[str, Callable[[int], dict[str, Any]]] = {
    "put_delivery_terms": lambda n: {"flat": cny(n)},
    "answer_review": lambda n: {"text": f"Thanks {n}"},
    "put_cart": lambda n: {"lines": [{"sku_id": "{sku_id}", "quantity": 1 + n}]},
    "change_address": lambda n: address_of(f"edited{n}"),
    "correct_shipment": lambda n: {"tracking_number": f"SF{n}"},
    "correct_shipment_as_operator": lambda n: {"tracking_number": f"OP{n}", "reason": "A call."},
    "patch_webhook": lambda n: {"url": f"https://hook{n}.invalid/orders"},
    "change_feed": lambda n: {"name": f"Feed {n}"},
    "put_code_look": lambda n: {"line_color": f"#0000{n:02x}"},
    "change_mini_program": lambda n: {"slogan": f"Slogan {n}"},
    "put_host_settings": lambda n: {"accept": "by_hand" if n else "all"},
    "patch_product": lambda n: {"title": f"Tea {n}"},
    "put_product": lambda n: BODIES["put_product"] | {"title": f"Tea, again {n}"},
    "put_video": lambda n: BODIES["put_video"] | {"title": f"Video {n}"},
    "patch_video": lambda n: {"title": f"Video, again {n}"},
    "put_anchor": lambda n: BODIES["put_anchor"] | {"start_ms": n},
    "put_promotion": lambda n: {"who": "nobody" if n else "anyone"},
    "put_testers": lambda n: {"viewers": [{"host_id": "{host_id}", "host_user_id": f"user{n}"}]},
    "change_coupon": lambda n: {"stock": 100 + n},
    "put_owner": lambda n: {"name": f"Brand {n} of {{owner_id}}", "kind": "brand", "contact": CONTACT},
    "put_host": lambda n: {"name": f"Host {n}"},
    "put_creator": lambda n: {"name": f"Creator {n}"},
    "put_account": lambda n: {"host_id": "{host_id}", "name": f"Account {n}", "kind": "merchant"},
    "put_client": lambda n: {
        "name": f"Client {n}", "scope": "owner", "subject_id": "{owner_id}", "client_secret": "s" * 24,
    },
    "put_live_mini_program": lambda n: {
        "owner_id": "{owner_id}", "owner_name": "Tea", "owner_kind": "brand", "name": "{mini_program_id}", "slogan": f"Slogan {n}",
        "category": "ecommerce", "logo_url": "https://pictures.example/l.png", "hosts": [], "terms": {"platform_bp": 1, "creator_bp": 1},
    },
    "set_mini_program_terms": lambda n: {"platform_bp": 1 + n},
}  # fmt: skip
"""By call, the body of the editor with a number; that of 0 comes first."""
BY_NAME = {call.name: call for call in CALLS}
CONTACT = {"name": "Li Na", "email": "shop@brand.example"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        made = await Founder(ops, platform.demo["alipay_sandbox"] + "/sandbox/pay").world(0)
        made.owner.ids["host_id"] = made.host.ids["host_id"]
        made.owner.ids |= await _parcel_on_its_way(made)
        yield made


async def _parcel_on_its_way(world: World) -> dict[str, str]:
    order_id = world.neighbour.ids["order_id"]
    parcel = {"carrier": "sf", "tracking_number": "SF"}
    order = await world.owner.caller.must("POST", f"/v1/owner/orders/{order_id}/shipments", parcel)
    return {"order_id": order_id, "shipment_id": order["shipments"][0]["shipment_id"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def editors(world: World, platform: Platform) -> AsyncIterator[list[Party]]:
    """Who edits; an operator edits objects of its own, and the owner's parcel."""
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        named = ("owner_id", "creator_id", "account_id", "client_id", "mini_program_id")
        ids = {name: f"{name[0]}{secrets.token_hex(6)}" for name in named}
        ids |= {name: world.owner.ids[name] for name in ("host_id", "order_id", "shipment_id")}
        yield [*world.parties, Party("operator", OPS, "", ops, ids=ids)]


async def test_each_call_with_a_version_is_edited() -> None:
    edits = {
        call.name for call in CALLS if VERSION_HEADER in call.headers and call.method in ("PUT", "PATCH")
    }
    assert edits == EDITS.keys()


@pytest.mark.parametrize("name", EDITS)
async def test_one_of_fifty_editors_wins_and_nothing_is_lost(editors: list[Party], name: str) -> None:
    call = BY_NAME[name]
    by = next(party for party in editors if party.kind in call.scopes)
    path = path_of(call, own_ids(by, call) or {})

    async def edit(number: int, version: int | None) -> tuple[int, Any]:
        expected = {"If_Match": f'"{version}"'} if version is not None else {}
        return await by.caller.call(call.method, path, filled(EDITS[name](number), by), **expected)

    status, first = await edit(0, None)
    assert status in (200, 201), first
    before = first["version"]
    answers = await asyncio.gather(*(edit(number, before) for number in range(1, EDITORS + 1)))
    [won] = [answer["version"] for status, answer in answers if status == 200]
    lost = [answer for status, answer in answers if status != 200]
    assert {(answer["status"], answer["code"]) for answer in lost} == {(412, "version_conflict")}
    # a version that goes live at once is written in two steps, and each of them counts
    steps = 2 if name == "put_live_mini_program" else 1
    assert (won, {answer["version"] for answer in lost} - set(range(before + 1, won + 1))) == (
        before + steps,
        set(),
    )
