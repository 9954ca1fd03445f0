"""Owners are told what happens in their shops, whichever process ends when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World

WEBHOOKS = "/v1/owner/webhooks"
OF_AN_ORDER = ["order.placed", "order.paid", "order.shipped"]
SLOW_SECONDS = 7.0
"""Longer than a sender waits before it renews its claim."""


@dataclass
class Receiver:
    """A server that answers each call by `answer`, and remembers type and body of the events that it accepted, by their ids."""

    url: str = ""
    told: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    answer: Callable[[str], Awaitable[int]] | None = None

    async def take(self, request: web.Request) -> web.Response:
        event_id, body = request.headers["webhook-id"], await request.read()
        kind = (await request.json())["type"]
        status = await self.answer(kind) if self.answer is not None else 200
        if status == 200:
            known = self.told.setdefault(event_id, (kind, body))
            assert known == (kind, body), "a repeat has the same bytes"
        return web.Response(status=status)

    @property
    def types(self) -> list[str]:
        return [kind for kind, _ in self.told.values()]


async def order_is_told(world: World) -> None:
    """Every event of an order arrives, in order; the feed says the same, each event once."""
    shop = await open_shop(world)
    async with _receiver() as receiver:
        await _create(shop, receiver)
        order_id = await shop.buy()
        await shop.ship(order_id)
        await world.until(lambda: _is_told(receiver, OF_AN_ORDER), "the order's events")
        assert await _in_feed(shop, order_id) == OF_AN_ORDER
        await world.until(lambda: _all_ended(shop), "no delivery is pending")


async def receiver_recovers(world: World) -> None:
    """A receiver that failed at first gets all events of the order in order, and does not count as failing any more."""
    shop = await open_shop(world)
    async with _receiver() as receiver:
        works = False

        async def answer(_: str) -> int:
            return 200 if works else 500

        receiver.answer = answer
        webhook = await _create(shop, receiver)
        order_id = await shop.buy()
        await shop.ship(order_id)
        await world.until(lambda: _in_log(shop, webhook, 3), "three deliveries in the log")
        works = True
        await world.until(lambda: _is_told(receiver, OF_AN_ORDER), "the order's events")

        async def is_well() -> bool:
            assert (await _read(shop, webhook))["failing_since"] is None
            return True

        await world.until(is_well, "the webhook is not failing")


async def receiver_is_slow(world: World) -> None:
    """A sender keeps its claim while a receiver takes its time."""
    shop = await open_shop(world)
    async with _receiver() as receiver:

        async def answer(_: str) -> int:
            await asyncio.sleep(SLOW_SECONDS)
            return 200

        receiver.answer = answer
        await _create(shop, receiver)
        await shop.buy()
        await world.until(lambda: _is_told(receiver, OF_AN_ORDER[:2]), "the order's events")


async def receiver_is_gone(world: World) -> None:
    """A receiver that wants no more events is called no more, and its owner reads why."""
    shop = await open_shop(world)
    async with _receiver() as receiver:

        async def answer(_: str) -> int:
            return 410

        receiver.answer = answer
        webhook = await _create(shop, receiver)
        await shop.place()

        async def is_disabled() -> bool:
            read = await _read(shop, webhook)
            assert (read["enabled"], read["disabled_reason"]) == (False, "The receiver answered 410 Gone.")
            return True

        await world.until(is_disabled, "the webhook is disabled")
        await world.until(lambda: _all_ended(shop), "no delivery is pending")


async def webhook_is_edited(world: World) -> None:
    """An owner edits, tests and removes a webhook, and gives it another secret."""
    shop = await open_shop(world)
    async with _receiver() as receiver:
        path = f"{WEBHOOKS}/{await _create(shop, receiver)}"
        edited = await _ask(shop, "PATCH", path, {"events": ["order.paid"]})
        assert edited["events"] == ["order.paid"]
        assert (await _ask(shop, "POST", f"{path}/secrets"))["secret"].startswith("whsec_")
        assert (await _ask(shop, "POST", f"{path}/test"))["delivered"]
        await _ask(shop, "DELETE", path, or_codes={"not_found"})
        gone = await _ask(shop, "GET", path, or_codes={"not_found"})
        assert gone["code"] == "not_found"


@asynccontextmanager
async def _receiver() -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def _ask(shop: Shop, method: str, path: str, body: Any = None, **more: Any) -> Any:
    return await shop.world.call("webhooks", method, path, body, headers=shop.owner, **more)


async def _create(shop: Shop, receiver: Receiver) -> str:
    """A webhook; two if a process ended right after it had made one."""
    created = await _ask(shop, "POST", WEBHOOKS, {"url": receiver.url, "events": ["*"]})
    return str(created["webhook_id"])


async def _read(shop: Shop, webhook_id: str) -> dict[str, Any]:
    return dict(await _ask(shop, "GET", f"{WEBHOOKS}/{webhook_id}"))


async def _in_feed(shop: Shop, order_id: str) -> list[str]:
    items = (await _ask(shop, "GET", "/v1/owner/events"))["items"]
    return [item["type"] for item in items if item["data"].get("order_id") == order_id]


async def _is_told(receiver: Receiver, types: list[str]) -> bool:
    assert receiver.types == types, receiver.types
    return True


async def _in_log(shop: Shop, webhook_id: str, count: int) -> bool:
    listed = (await _ask(shop, "GET", f"{WEBHOOKS}/{webhook_id}/deliveries"))["items"]
    assert len(listed) == count, listed
    return True


async def _all_ended(shop: Shop) -> bool:
    db = shop.world.db("webhooks")
    own = [d["_id"] async for d in db["webhooks"].find({"owner_id": shop.owner_id})]
    pending = await db["deliveries"].count_documents({"webhook_id": {"$in": own}, "status": "pending"})
    assert pending == 0
    return True


STORIES = (order_is_told, receiver_recovers, receiver_is_slow, receiver_is_gone, webhook_is_edited)
