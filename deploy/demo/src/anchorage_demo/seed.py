"""Loads the demo world into a running installation over its gateway, as operators, owners and creators would.

A mini program gets its hosts last, when everything of it is there. One that asks for hosts is never touched again, so that the
user's own changes stay.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from anchorage_demo.art.logo import draw_logo_png
from anchorage_demo.art.media import draw_media
from anchorage_demo.bodies import (
    account_body,
    owner_body,
    partner_body,
    product_body,
    program_body,
    video_body,
)
from anchorage_demo.client import CallFailed, GatewayClient, Json, SecretOf
from anchorage_demo.text import Text
from anchorage_demo.world import Account, Host, MiniProgram, Owner, Product, Video, World

CONCURRENCY = 8
"""Calls in flight at the same time."""
LOGO_PIXELS = 512
READY_TIMEOUT = 90
"""Seconds that the services have to learn about the demo."""
POLL_INTERVAL = 0.3
STORE_PAGE = 100
"""Products that one call of a store answers at most."""


class SeedFailed(Exception):
    """The demo could not be loaded; the text says which call failed, or what was waited for."""


@dataclass
class Seeder:
    """Loads what is missing. `say` prints a line."""

    world: World
    gateway: GatewayClient
    say: Callable[[str], None]

    async def load(self) -> None:
        """Load each mini program that asks for no host yet, with all that belongs to it; leave the others alone.

        Raises SeedFailed or CallFailed.
        """
        states = {p.mini_program_id: await self._state(p) for p in self.world.mini_programs}
        unpublished = [p for p in self.world.mini_programs if states[p.mini_program_id] is None]
        if unpublished:
            self.say("loading the demo data")
            await self._load(unpublished)
        if len(unpublished) < len(self.world.mini_programs):
            changes = await self._check_clients()
            for program in self.world.mini_programs:
                if program not in unpublished:
                    changes += await self._changes(program, str(states[program.mini_program_id]))
            details = f": {'; '.join(changes)}" if changes else ""
            self.say(f"demo data is already there and stays as it is{details}")

    async def _load(self, programs: Sequence[MiniProgram]) -> None:
        ids = {program.mini_program_id for program in programs}
        products = [product for product in self.world.products if product.mini_program_id in ids]
        own = {product.product_id for product in products}
        videos = [v for v in self.world.videos if own.intersection(anchor.product_id for anchor in v.anchors)]
        shops = [shop for shop in self.world.shops if shop in programs]
        await self._put_clients()
        await self._put_parties()
        await self._together(self._put_account(account) for account in self.world.accounts)
        await self._together(self._put_program(program, host_ids=()) for program in programs)
        await self._together(self._put_product(product) for product in products)
        await self._together(self._put_video(video) for video in videos)
        await self._until("the shops' logos on their codes", self._put_logo, shops)
        await self._together(self._put_program(program, program.host_ids) for program in programs)
        await self._until("every service to know the demo", self._is_known, shops)

    async def _state(self, program: MiniProgram) -> str | None:
        """Its state; None if it is not there, or not complete."""
        found = await self.gateway.find(f"/v1/owner/mini-programs/{program.mini_program_id}")
        return str(found["state"]) if found and found["requested_hosts"] else None

    def _clients(self) -> list[tuple[str, Text, str, str]]:
        """Id, name, scope and subject of each client."""
        world = self.world
        return [
            *((h.client_id, h.name, "host", h.host_id) for h in world.hosts),
            *((o.client_id, o.name, "owner", o.owner_id) for o in world.owners),
            *((c.client_id, c.name, "creator", c.creator_id) for c in world.creators),
            *((o.client_id, o.name, "ops", o.operator_id) for o in world.operators),
        ]

    async def _put_clients(self) -> None:
        await self._together(self._put_client(*client) for client in self._clients())

    async def _put_client(self, client_id: str, name: Text, scope: str, subject_id: str) -> None:
        secret = self.gateway.secret_of(client_id)
        body = {"name": name.zh, "scope": scope, "subject_id": subject_id, "client_secret": secret}
        await self.gateway.call("PUT", f"/v1/ops/clients/{client_id}", body)

    async def _put_parties(self) -> None:
        """Hosts, creators and owners; the owners are verified."""
        world, put = self.world, self._put_party
        await self._together(put(f"hosts/{host.host_id}", partner_body(host)) for host in world.hosts)
        await self._together(put(f"creators/{one.creator_id}", partner_body(one)) for one in world.creators)
        await self._together(put(f"owners/{owner.owner_id}", owner_body(owner)) for owner in world.owners)

    async def _put_party(self, path: str, body: Json) -> None:
        await self.gateway.call("PUT", f"/v1/ops/{path}", body)

    async def _check_clients(self) -> list[str]:
        """Clients whose secret the user has changed.

        If none of the secrets is accepted, they are new (the data folder is another one) and are set.
        """
        clients = [client_id for client_id, *_ in self._clients()]
        accepted = await asyncio.gather(*(self.gateway.is_accepted(client) for client in clients))
        if not any(accepted):
            await self._put_clients()
            return []
        refused = [client for client, good in zip(clients, accepted, strict=True) if not good]
        return [f"client {client} has another secret" for client in refused]

    async def _changes(self, program: MiniProgram, state: str) -> list[str]:
        """What the user has changed, for a message; products are counted where the first host can see them."""
        if state != "published":
            return [f"{program.name.en} is {state}"]
        products = self.world.products_of(program.mini_program_id)
        if not products:
            return []
        path = f"/v1/mini-programs/{program.mini_program_id}/store?limit={STORE_PAGE}"
        try:
            store = await self.gateway.call("GET", path, client=self._host_of(program).client_id)
        except CallFailed:
            return [f"{program.name.en} cannot be opened"]
        if store["products"] is None:
            return []
        in_stock = sum(card["in_stock"] for card in store["products"]["items"])
        if in_stock >= min(len(products), STORE_PAGE):
            return []
        return [f"{program.name.en} has {in_stock} of {len(products)} products in stock"]

    async def _put_account(self, account: Account) -> None:
        await self.gateway.call("PUT", f"/v1/ops/accounts/{account.account_id}", account_body(account))

    async def _put_program(self, program: MiniProgram, host_ids: Sequence[str]) -> None:
        body = program_body(program, self._owner_of(program), host_ids)
        await self.gateway.call("PUT", f"/v1/ops/mini-programs/{program.mini_program_id}", body)

    async def _put_product(self, product: Product) -> None:
        """As an operator, who may set sales, ratings and commissions."""
        path = f"/v1/owner/mini-programs/{product.mini_program_id}/products/{product.product_id}"
        await self.gateway.call("PUT", path, product_body(product))

    async def _put_video(self, video: Video) -> None:
        creator = self.world.creator(video.creator_id)
        path = f"/v1/creator/videos/{video.video_id}"
        await self.gateway.call("PUT", path, video_body(video, self.world), client=creator.client_id)

    async def _put_logo(self, shop: MiniProgram) -> bool:
        """Give sharecode the logo for the middle of the shop's codes; False while it does not know the shop."""
        look = {"logo": b64encode(draw_logo_png(shop, LOGO_PIXELS)).decode()}
        path = f"/v1/owner/mini-programs/{shop.mini_program_id}/share-codes/look"
        try:
            await self.gateway.call("PUT", path, look, client=self._owner_of(shop).client_id)
        except CallFailed:
            return False
        return True

    async def _is_known(self, shop: MiniProgram) -> bool:
        """Whether a session can be opened, an order would be accepted, and search finds the shop and its products."""
        host = self._host_of(shop).client_id
        entry = {
            "mini_program_id": shop.mini_program_id,
            "host_user_id": "demo-check",
            "entry": {"surface": "direct"},
        }
        try:
            session = await self.gateway.call("POST", "/v1/sessions", entry, client=host)
            if not await self._knows_price(shop, session["session_token"]):
                return False
            found = await self.gateway.call("GET", f"/v1/search?q={shop.name.zh}", client=host)
        except CallFailed:
            return False
        return bool(found["results"]) and bool(found["products"])

    async def _knows_price(self, shop: MiniProgram, token: str) -> bool:
        """Whether checkout knows the last SKU: it refuses an order with a wrong total because of the price alone."""
        last = self.world.products_of(shop.mini_program_id)[-1]
        order = {
            "lines": [{"sku_id": last.skus[0].sku_id, "quantity": 1}],
            "expected_total": {"amount": 0, "currency": "CNY"},
            "address": {"recipient": "-", "phone": "10000", "region": "-", "street": "-"},
        }
        url = f"{self.gateway.gateway}/v1/mini-programs/{shop.mini_program_id}/orders"
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "demo-check"}
        async with self.gateway.session.post(url, json=order, headers=headers) as answer:
            return bool((await answer.json())["code"] == "price_changed")

    def _owner_of(self, program: MiniProgram) -> Owner:
        return next(owner for owner in self.world.owners if owner.owner_id == program.owner_id)

    def _host_of(self, program: MiniProgram) -> Host:
        return next(host for host in self.world.hosts if host.host_id in program.host_ids)

    async def _together(self, calls: Iterable[Awaitable[None]]) -> None:
        places = asyncio.Semaphore(CONCURRENCY)

        async def one(call: Awaitable[None]) -> None:
            async with places:
                await call

        await asyncio.gather(*(one(call) for call in calls))

    async def _until(
        self, what: str, condition: Callable[[MiniProgram], Awaitable[bool]], shops: Sequence[MiniProgram]
    ) -> None:
        """Poll the condition for one shop after the other. Raises SeedFailed after READY_TIMEOUT."""
        try:
            async with asyncio.timeout(READY_TIMEOUT):
                for shop in shops:
                    while not await condition(shop):
                        await asyncio.sleep(POLL_INTERVAL)
        except TimeoutError:
            raise SeedFailed(f"waited {READY_TIMEOUT} s for {what}") from None


def draw_all(world: World, folder: Path) -> None:
    """Draw the pictures that are missing in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in draw_media(world):
        path = folder / f"{name}.svg"
        if not path.exists():
            path.write_bytes(picture)


async def seed(
    gateway: str, ops_client_id: str, secret_of: SecretOf, world: World, say: Callable[[str], None]
) -> Json:
    """Load the world through `gateway`; returns the demo's clients and videos for `demo.json`. Raises SeedFailed."""
    async with aiohttp.ClientSession() as session:
        calls = GatewayClient(gateway, ops_client_id, secret_of, session)
        try:
            await Seeder(world, calls, say).load()
        except (CallFailed, aiohttp.ClientError) as failed:
            raise SeedFailed(f"the demo could not be loaded: {failed}") from failed
    return described(ops_client_id, secret_of, world)


def described(ops_client_id: str, secret_of: SecretOf, world: World) -> Json:
    """Hosts, owners, creators and the operator with their clients, and the videos' ids."""

    def client(client_id: str) -> Json:
        return {"client_id": client_id, "client_secret": secret_of(client_id)}

    def shops_of(owner: Owner) -> list[str]:
        return [shop.mini_program_id for shop in world.shops if shop.owner_id == owner.owner_id]

    return {
        "hosts": [{"host_id": h.host_id, "name": h.name.zh, **client(h.client_id)} for h in world.hosts],
        "owners": [
            {"owner_id": o.owner_id, "kind": o.kind, **client(o.client_id), "mini_program_ids": shops_of(o)}
            for o in world.shop_owners
        ],
        "creators": [
            {"creator_id": c.creator_id, "name": c.name.zh, **client(c.client_id)} for c in world.creators
        ],
        "ops": client(ops_client_id),
        "videos": [video.video_id for video in world.videos],
    }
