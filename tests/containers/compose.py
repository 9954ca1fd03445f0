"""A small world put into the composed platform, and one order placed and paid there."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import replace
from typing import Any

import aiohttp

from anchorage_demo import load_world
from anchorage_demo.seed import seed
from anchorage_demo.world import World

GATEWAY = f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT', '8080')}"
SANDBOX = f"http://127.0.0.1:{os.environ.get('ALIPAY_SANDBOX_PORT', '8090')}"
OPS_SECRET = os.environ.get("ANCHORAGE_OPS_CLIENT_SECRET", "demo-ops-secret-0123456789abcdef")
PAID_WITHIN_SECONDS = 60
ADDRESS = {"recipient": "Compose", "phone": "13600000000", "region": "Jiangsu", "street": "Canal 3"}


def small_world() -> World:
    """One shop of the demo with its products and no videos but the last."""
    world = load_world()
    shop = world.shops[0]
    videos = tuple(v for v in world.videos if all(world.product(a.product_id).mini_program_id == shop.mini_program_id for a in v.anchors))  # fmt: skip
    return replace(
        world, mini_programs=(shop,), products=world.products_of(shop.mini_program_id), videos=videos[-1:]
    )


async def place_and_pay() -> None:
    """Raises AssertionError when a step does not answer as it should."""
    tokens = {"ops": OPS_SECRET}

    def secret_of(client_id: str) -> str:
        return tokens.setdefault(client_id, secrets.token_hex(16))

    told = await seed(GATEWAY, "ops", secret_of, small_world())
    async with aiohttp.ClientSession() as session:
        host = await _token(session, told["hosts"][0])
        shop = next(o["mini_program_ids"][0] for o in told["owners"] if o["mini_program_ids"])
        entry = {"mini_program_id": shop, "host_user_id": "compose", "entry": {"surface": "direct"}}
        viewer = (await _call(session, "POST", "/v1/sessions", host, entry))["session_token"]
        store = await _call(session, "GET", f"/v1/mini-programs/{shop}/store", host)
        product_id = next(card["product_id"] for card in store["products"]["items"] if card["in_stock"])
        product = await _call(session, "GET", f"/v1/mini-programs/{shop}/products/{product_id}", host)
        sku = next(s for s in product["skus"] if s["available"] > 0)
        orders = f"/v1/mini-programs/{shop}/orders"
        body = {"lines": [{"sku_id": sku["sku_id"], "quantity": 1}], "address": ADDRESS}
        order = await _call(
            session, "POST", f"{orders}?wait=10", viewer, body, {"Idempotency-Key": secrets.token_hex(8)}
        )
        assert order["status"] == "awaiting_payment", order
        async with session.post(
            SANDBOX + "/sandbox/pay", json={"cashier_url": order["payment"]["cashier_url"]}
        ) as answer:
            assert answer.status < 300, await answer.text()
        async with asyncio.timeout(PAID_WITHIN_SECONDS):
            while (await _call(session, "GET", f"{orders}/{order['order_id']}", viewer))["status"] != "paid":
                await asyncio.sleep(0.3)


async def _token(session: aiohttp.ClientSession, client: dict[str, Any]) -> str:
    form = {"grant_type": "client_credentials"} | {k: client[k] for k in ("client_id", "client_secret")}
    async with session.post(GATEWAY + "/v1/token", data=form) as answer:
        return str((await answer.json())["access_token"])


async def _call(
    session: aiohttp.ClientSession, method: str, path: str, token: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:  # fmt: skip
    sent = {"Authorization": f"Bearer {token}"} | (headers or {})
    async with session.request(method, GATEWAY + path, json=body, headers=sent) as answer:
        assert answer.status < 300, f"{method} {path} answered {answer.status}: {await answer.text()}"
        return await answer.json()
