"""Puts the demo world into a running installation over its public gateway, as operators, owners and creators would.

Every call creates or replaces, so doing it again changes nothing that is there.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from anchorage_demo.art.logo import draw_logo_png
from anchorage_demo.art.media import draw_media
from anchorage_demo.text import Text
from anchorage_demo.world import (
    Account,
    CommissionTerms,
    MiniProgram,
    Owner,
    Product,
    Video,
    World,
)

Json = dict[str, Any]
AT_ONCE = 8
"""Calls under way at once."""
LOGO_PIXELS = 512
CAUGHT_UP_SECONDS = 90


class SeedFailed(Exception):
    """A call of the loading was refused, or the services did not catch up; says which."""


@dataclass
class Seeder:
    """`secret_of` gives a client's secret by the client's id, the same at each start."""

    gateway: str
    ops_client_id: str
    secret_of: Callable[[str], str]
    world: World
    session: aiohttp.ClientSession
    _tokens: dict[str, str] = field(default_factory=dict)

    async def load(self) -> None:
        """Load everything that is not there yet, and wait until every service knows it. Raises SeedFailed."""
        if not await self._is_loaded():
            await self._load_clients()
            await self._together(self._put_account(account) for account in self.world.accounts)
            await self._together(self._put_program(program) for program in self.world.mini_programs)
            await self._together(self._put_product(product) for product in self.world.products)
            await self._together(self._put_video(video) for video in self.world.videos)
        await self._until("every service to know the demo", self._is_known)
        await self._until("the shops' logos on their codes", self._wear_logos)

    async def _is_loaded(self) -> bool:
        """The last thing that is loaded tells: the last video, with all that is said of it today."""
        last, host = (
            self.world.videos[-1],
            next(h for h in self.world.hosts if h.host_id == self.world.videos[-1].host_id),
        )
        try:
            video = await self._call("GET", f"/v1/videos/{last.video_id}", client=host.client_id)
        except SeedFailed:
            return False
        return [a["title_en"] for a in video["anchors"]] == [a.title.en for a in last.anchors]

    async def _load_clients(self) -> None:
        clients = [
            *((h.client_id, h.name, "host", h.host_id) for h in self.world.hosts),
            *((o.client_id, o.name, "owner", o.owner_id) for o in self.world.owners),
            *((c.client_id, c.name, "creator", c.creator_id) for c in self.world.creators),
            *((o.client_id, o.name, "ops", o.operator_id) for o in self.world.operators),
        ]
        await self._together(self._put_client(*client) for client in clients)

    async def _put_client(self, client_id: str, name: Text, scope: str, subject_id: str) -> None:
        secret = self.secret_of(client_id)
        body = {"name": name.zh, "scope": scope, "subject_id": subject_id, "client_secret": secret}
        await self._call("PUT", f"/v1/ops/clients/{client_id}", body)

    async def _put_account(self, account: Account) -> None:
        body = {
            "host_id": account.host_id, "name": account.name.zh, "bio": account.about.zh,
            "kind": "creator" if account.creator_id else "merchant", "avatar_url": media(account.avatar_name),
            "followers": account.followers, "creator_id": account.creator_id,
        }  # fmt: skip
        await self._call("PUT", f"/v1/ops/accounts/{account.account_id}", body)

    async def _put_program(self, program: MiniProgram) -> None:
        owner = next(o for o in self.world.owners if o.owner_id == program.owner_id)
        path = f"/v1/owner/mini-programs/{program.mini_program_id}"
        await self._call("PUT", path, program_body(program, owner), client=owner.client_id)
        await self._call("POST", f"/v1/ops/mini-programs/{program.mini_program_id}/publication")

    async def _put_product(self, product: Product) -> None:
        program = self.world.mini_program(product.mini_program_id)
        owner = next(o for o in self.world.owners if o.owner_id == program.owner_id)
        path = f"/v1/owner/mini-programs/{product.mini_program_id}/products/{product.product_id}"
        await self._call("PUT", path, product_body(product), client=owner.client_id)

    async def _put_video(self, video: Video) -> None:
        creator = self.world.creator(video.creator_id)
        body = {
            "host_id": video.host_id, "title": video.title.zh, "title_en": video.title.en,
            "creator_name": creator.name.zh, "creator_name_en": creator.name.en,
            "cover_url": media(video.cover_name), "duration_ms": video.seconds * 1000,
            "anchors": [
                {
                    "anchor_id": anchor.anchor_id, "title": anchor.title.zh, "title_en": anchor.title.en,
                    "product_id": anchor.product_id, "mini_program_id": self.world.product(anchor.product_id).mini_program_id, "start_ms": 3000 * n,
                }
                for n, anchor in enumerate(video.anchors, start=1)
            ],
        }  # fmt: skip
        await self._call("PUT", f"/v1/creator/videos/{video.video_id}", body, client=creator.client_id)

    async def _is_known(self) -> bool:
        """Sessions can be opened, orders be placed, and the search column finds each shop."""
        try:
            return all([await self._knows(shop) for shop in self.world.shops])
        except SeedFailed:
            return False

    async def _knows(self, shop: MiniProgram) -> bool:
        host = next(h for h in self.world.hosts if h.host_id in shop.host_ids)
        entry = {
            "mini_program_id": shop.mini_program_id,
            "host_user_id": "demo-check",
            "entry": {"surface": "direct"},
        }
        session = await self._call("POST", "/v1/sessions", entry, client=host.client_id)
        last = self.world.products_of(shop.mini_program_id)[-1]
        # a total that is surely wrong: an order is not placed, but every SKU must be known to say so
        order = {
            "lines": [{"sku_id": last.skus[0].sku_id, "quantity": 1}], "expected_total": {"amount": 0, "currency": "CNY"},
            "address": {"recipient": "-", "phone": "10000", "region": "-", "street": "-"},
        }  # fmt: skip
        path = f"/v1/mini-programs/{shop.mini_program_id}/orders"
        headers = {"Authorization": f"Bearer {session['session_token']}", "Idempotency-Key": "demo-check"}
        async with self.session.post(self.gateway + path, json=order, headers=headers) as answer:
            if (await answer.json())["code"] != "price_changed":
                return False
        found = await self._call("GET", f"/v1/search?q={shop.name.zh}", client=host.client_id)
        return bool(found["results"]) and bool(found["products"])

    async def _wear_logos(self) -> bool:
        """Give sharecode the logos that it draws in the middle of codes; False while it does not know the shops."""
        try:
            for shop in self.world.shops:
                owner = next(o for o in self.world.owners if o.owner_id == shop.owner_id)
                look = {"logo": b64encode(draw_logo_png(shop, LOGO_PIXELS)).decode()}
                path = f"/v1/owner/mini-programs/{shop.mini_program_id}/share-codes/look"
                await self._call("PUT", path, look, client=owner.client_id)
        except SeedFailed:
            return False
        return True

    async def _call(
        self, method: str, path: str, body: Json | None = None, *, client: str | None = None
    ) -> Any:
        """One call as `client`, or as the first operator; raises SeedFailed for an answer that is not a success."""
        headers = {"Authorization": f"Bearer {await self._token(client or self.ops_client_id)}"}
        async with self.session.request(method, self.gateway + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise SeedFailed(f"{method} {path} answered {answer.status}: {(await answer.text())[:500]}")
            return await answer.json() if answer.content_type == "application/json" else None

    async def _token(self, client_id: str) -> str:
        if client_id not in self._tokens:
            form = {
                "grant_type": "client_credentials", "client_id": client_id, "client_secret": self.secret_of(client_id),
            }  # fmt: skip
            async with self.session.post(self.gateway + "/v1/token", data=form) as answer:
                if answer.status != 200:
                    raise SeedFailed(
                        f"no token for {client_id}: {answer.status} {(await answer.text())[:300]}"
                    )
                self._tokens[client_id] = (await answer.json())["access_token"]
        return self._tokens[client_id]

    async def _together(self, calls: Iterable[Awaitable[None]]) -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(call: Awaitable[None]) -> None:
            async with places:
                await call

        await asyncio.gather(*(one(call) for call in calls))

    async def _until(self, what: str, condition: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(CAUGHT_UP_SECONDS):
                while not await condition():
                    await asyncio.sleep(0.3)
        except TimeoutError:
            raise SeedFailed(f"waited {CAUGHT_UP_SECONDS} s for {what}") from None


def media(name: str) -> str:
    """Where a picture is served."""
    return f"/media/{name}.svg"


def draw_all(world: World, folder: Path) -> None:
    """Draw the pictures that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in draw_media(world):
        path = folder / f"{name}.svg"
        if not path.exists():
            path.write_bytes(picture)


def program_body(program: MiniProgram, owner: Owner) -> Json:
    """The call's body that registers a mini program."""
    return {
        "owner_name": owner.name.zh,
        "owner_name_en": owner.name.en,
        "owner_kind": owner.kind,
        "name": program.name.zh,
        "name_en": program.name.en,
        "aliases": list(program.aliases),
        "slogan": program.slogan.zh,
        "slogan_en": program.slogan.en,
        "category": program.category,
        "logo_url": media(program.logo_name),
        "banner_url": media(program.banner_name),
        "hosts": list(program.host_ids),
        "categories": [
            {"category_id": c.category_id, "name": c.name.zh, "name_en": c.name.en}
            for c in program.categories
        ],
        "exposure_priority": program.exposure_priority,
        "terms": _terms(program.commission or CommissionTerms(0, 0)),
    }


def product_body(product: Product) -> Json:
    """The call's body that lists a product."""
    return {
        "title": product.title.zh,
        "title_en": product.title.en,
        "description": f"{product.description.zh}\n\n{product.description.en}",
        "brand": product.brand.zh,
        "brand_en": product.brand.en,
        "model": product.model.zh,
        "category_id": product.category_id,
        "attributes": {a.name.zh: a.value.zh for a in product.attributes},
        "attributes_en": {a.name.en: a.value.en for a in product.attributes},
        "images": [media(picture.name) for picture in product.pictures],
        "skus": [
            {
                "sku_id": sku.sku_id,
                "attributes": {a.name.zh: a.value.zh for a in sku.attributes},
                "attributes_en": {a.name.en: a.value.en for a in sku.attributes},
                "price": {"amount": sku.price_fen, "currency": "CNY"},
                "initial_stock": sku.stock,
            }
            for sku in product.skus
        ],
        "rating": product.rating,
        "sales": product.sold,
        "terms": _terms(product.commission),
    }


def _terms(commission: CommissionTerms) -> Json:
    return {"platform_bp": commission.platform_bps, "creator_bp": commission.creator_bps}


async def seed(gateway: str, ops_client_id: str, secret_of: Callable[[str], str], world: World) -> Json:
    """Load the world through `gateway`; answers what `demo.json` tells of it (hosts, owners, creators, ops, videos)."""
    async with aiohttp.ClientSession() as session:
        await Seeder(gateway, ops_client_id, secret_of, world, session).load()
    return {
        "hosts": [
            {"host_id": h.host_id, "name": h.name.zh, "client_id": h.client_id, "client_secret": secret_of(h.client_id)}
            for h in world.hosts
        ],
        "owners": [
            {
                "owner_id": o.owner_id, "kind": o.kind, "client_id": o.client_id, "client_secret": secret_of(o.client_id),
                "mini_program_ids": [m.mini_program_id for m in world.shops if m.owner_id == o.owner_id],
            }
            for o in world.shop_owners
        ],
        "creators": [
            {"creator_id": c.creator_id, "name": c.name.zh, "client_id": c.client_id, "client_secret": secret_of(c.client_id)}
            for c in world.creators
        ],
        "ops": {"client_id": ops_client_id, "client_secret": secret_of(ops_client_id)},
        "videos": [video.video_id for video in world.videos],
    }  # fmt: skip
