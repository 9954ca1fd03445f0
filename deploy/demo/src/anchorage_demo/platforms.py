"""Third-party platforms of the demo: their owners, clients and empty shops, which programs of their own fill with products."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import aiohttp

from anchorage_demo.art.banner import draw_banner
from anchorage_demo.art.logo import draw_logo, draw_logo_png
from anchorage_demo.bodies import owner_body, program_body
from anchorage_demo.client import CallFailed, GatewayClient, Json, SecretOf
from anchorage_demo.loading import mini_program
from anchorage_demo.seed import LOGO_PIXELS, POLL_INTERVAL, READY_TIMEOUT, SeedFailed
from anchorage_demo.source import Table, read
from anchorage_demo.text import Text
from anchorage_demo.world import Category, MiniProgram, Owner


@dataclass(frozen=True, slots=True)
class SellingPlatform:
    """A platform with its shops. `slug` names its catalogue in apps/platform_demo."""

    slug: str
    owner: Owner
    shops: tuple[MiniProgram, ...]


@cache
def load_platforms() -> tuple[SellingPlatform, ...]:
    """All of them; every call returns the same objects."""
    return tuple(_platform(entry) for entry in read("platforms.toml")["platform"])


def _platform(entry: Table) -> SellingPlatform:
    owner = Owner(entry["owner_id"], Text.parse(entry["name"]), "platform", entry["client_id"])
    return SellingPlatform(entry["slug"], owner, tuple(_shop(shop, owner.owner_id) for shop in entry["shop"]))


def _shop(entry: Table, owner_id: str) -> MiniProgram:
    colour: str = entry["colour"]
    categories = tuple(
        Category(key, Text.parse(name), colour, colour) for key, name in entry["categories"].items()
    )
    return mini_program(entry | {"owner": owner_id}, "ecommerce", categories)


def draw_shops(folder: Path) -> None:
    """Draw the logos and banners that are missing in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for platform in load_platforms():
        for shop in platform.shops:
            for name, draw in ((shop.logo_name, draw_logo), (shop.banner_name, draw_banner)):
                path = folder / f"{name}.svg"
                if not path.exists():
                    path.write_bytes(draw(shop))


async def seed_platforms(
    gateway: str, ops_client_id: str, secret_of: SecretOf, say: Callable[[str], None]
) -> list[Json]:
    """Let each platform join as its operator would; returns them with their clients for `demo.json`. Raises SeedFailed.

    A platform that has joined stays as it is, but for a client's secret that is not accepted: the data folder is another one.
    """
    async with aiohttp.ClientSession() as session:
        calls = GatewayClient(gateway, ops_client_id, secret_of, session)
        try:
            for platform in load_platforms():
                await _join(platform, calls, say)
        except (CallFailed, aiohttp.ClientError) as failed:
            raise SeedFailed(f"the platforms could not be loaded: {failed}") from failed
    return [_described(platform, secret_of) for platform in load_platforms()]


async def _join(platform: SellingPlatform, calls: GatewayClient, say: Callable[[str], None]) -> None:
    owner = platform.owner
    if not await calls.is_accepted(owner.client_id):
        client = {
            "name": owner.name.zh, "scope": "owner", "subject_id": owner.owner_id,
            "client_secret": calls.secret_of(owner.client_id),
        }  # fmt: skip
        await calls.call("PUT", f"/v1/ops/clients/{owner.client_id}", client)
    unpublished = [shop for shop in platform.shops if not await _is_published(shop, calls)]
    if not unpublished:
        return
    await calls.call("PUT", f"/v1/ops/owners/{owner.owner_id}", owner_body(owner))
    say(f"{owner.name.en} joins with {len(unpublished)} shops")
    for shop in unpublished:
        await _put_program(shop, owner, (), calls)
    await _put_logos(unpublished, owner, calls)
    for shop in unpublished:
        await _put_program(shop, owner, shop.host_ids, calls)


async def _is_published(shop: MiniProgram, calls: GatewayClient) -> bool:
    """Whether it asks for hosts: it gets them last, so an interrupted start is completed by the next."""
    found = await calls.find(f"/v1/owner/mini-programs/{shop.mini_program_id}")
    return bool(found and found["requested_hosts"])


async def _put_program(
    shop: MiniProgram, owner: Owner, host_ids: Sequence[str], calls: GatewayClient
) -> None:
    body = program_body(shop, owner, host_ids)
    await calls.call("PUT", f"/v1/ops/mini-programs/{shop.mini_program_id}", body)


async def _put_logos(shops: Iterable[MiniProgram], owner: Owner, calls: GatewayClient) -> None:
    """The logos in the middle of the shops' codes. sharecode refuses them until it knows the shop."""
    for shop in shops:
        look = {"logo": b64encode(draw_logo_png(shop, LOGO_PIXELS)).decode()}
        path = f"/v1/owner/mini-programs/{shop.mini_program_id}/share-codes/look"
        try:
            async with asyncio.timeout(READY_TIMEOUT):
                while not await _put(path, look, owner, calls):
                    await asyncio.sleep(POLL_INTERVAL)
        except TimeoutError:
            raise SeedFailed(f"waited {READY_TIMEOUT} s for the logo of {shop.name.en}") from None


async def _put(path: str, body: Json, owner: Owner, calls: GatewayClient) -> bool:
    try:
        await calls.call("PUT", path, body, client=owner.client_id)
    except CallFailed:
        return False
    return True


def _described(platform: SellingPlatform, secret_of: SecretOf) -> Json:
    client_id = platform.owner.client_id
    return {
        "slug": platform.slug,
        "name": platform.owner.name.zh,
        "owner_id": platform.owner.owner_id,
        "client_id": client_id,
        "client_secret": secret_of(client_id),
        "mini_program_ids": [shop.mini_program_id for shop in platform.shops],
    }
