"""Loading the demo: complete on the first start, and nothing that the user has changed is touched on a later one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from anchorage_demo import World, load_world, platforms
from anchorage_demo import seed as module
from anchorage_demo.platforms import load_platforms, seed_platforms
from anchorage_demo.seed import SeedFailed, seed

WRITES = ("PUT", "POST", "DELETE")


@dataclass
class FakeGateway:
    """Answers the calls that loading makes, and records every write. `down` answers 500 to paths that contain it."""

    secrets: dict[str, str] = field(default_factory=lambda: {"ops": "secret of ops"})
    states: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    down: str = "\0"
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/token", self.token)
        app.router.add_route("*", "/{path:.*}", self.anything)
        return app

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        known = self.secrets.get(str(form["client_id"])) == form["client_secret"]
        return web.json_response({"access_token": "t"} if known else {}, status=200 if known else 401)

    async def anything(self, request: web.Request) -> web.Response:
        status, answer = self.answer(request.method, request.path, await request.read())
        return web.json_response(answer, status=status)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if self.down in path:
            return 500, {}
        if method in WRITES:
            self.writes.append(path)
        match [method, *path.split("/")[2:]]:
            case ["PUT", "ops", "clients", client]:
                self.secrets[client] = json.loads(body)["client_secret"]
            case ["GET", "owner", "mini-programs", program]:
                if program not in self.states:
                    return 404, {}
                return 200, {"state": self.states[program], "requested_hosts": self.hosts[program]}
            case ["PUT", "ops", "mini-programs", program]:
                self.states.setdefault(program, "published")
                self.hosts[program] = json.loads(body)["hosts"]
            case ["PUT", "owner", "mini-programs", program, "products", product]:
                self.products[product] = program
            case ["GET", "mini-programs", program, "store"]:
                cards = [{"in_stock": True} for owner in self.products.values() if owner == program]
                return 200, {"products": {"items": cards}}
            case ["POST", "sessions"]:
                return 201, {"session_token": "t"}
            case ["POST", "mini-programs", _, "orders"]:
                return 409, {"code": "price_changed"}
            case ["GET", "search"]:
                return 200, {"results": [1], "products": [1]}
        return 200, {}

    def writes_to(self, *parts: str) -> list[str]:
        """The writes whose path contains one of these."""
        return [path for path in self.writes if any(part in path for part in parts)]


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.fixture(autouse=True)
def _logos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logos are not drawn: that takes most of the time of a load, and test_art.py draws them."""
    for each in (module, platforms):
        monkeypatch.setattr(each, "draw_logo_png", lambda *_: b"png")


@pytest_asyncio.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    fake = FakeGateway()
    async with TestServer(fake.app()) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


async def load(gateway: FakeGateway, world: World, prefix: str = "secret of ") -> str:
    """Load the demo; returns what was printed."""
    said: list[str] = []
    await seed(
        gateway.url,
        "ops",
        lambda client: prefix + client if client != "ops" else "secret of ops",
        world,
        said.append,
    )
    return "\n".join(said)


async def test_the_first_start_loads_every_object_once_and_publishes_last(
    gateway: FakeGateway, world: World
) -> None:
    assert await load(gateway, world) == "loading the demo data"
    assert set(gateway.products) == {product.product_id for product in world.products}
    assert set(gateway.states.values()) == {"published"}
    writes = Counter(gateway.writes_to("/ops/", "/owner/", "/creator/"))
    programs = {path for path in writes if "/ops/mini-programs/" in path}
    assert {writes[path] for path in programs} == {2}  # without hosts, and with them
    assert {count for path, count in writes.items() if path not in programs} == {1}
    last = len(gateway.writes) - len(programs)
    assert not [path for path in gateway.writes[last:] if "/products/" in path or "/videos/" in path]


async def test_a_later_start_writes_nothing(gateway: FakeGateway, world: World) -> None:
    await load(gateway, world)
    gateway.writes.clear()
    assert await load(gateway, world) == "demo data is already there and stays as it is"
    assert gateway.writes == []


async def test_a_suspended_and_an_emptied_shop_stay_as_they_are_and_are_named(
    gateway: FakeGateway, world: World
) -> None:
    await load(gateway, world)
    suspended, emptied, _ = world.shops
    gateway.states[suspended.mini_program_id] = "suspended"
    gateway.products = {p: m for p, m in gateway.products.items() if m != emptied.mini_program_id}
    gateway.writes.clear()
    said = await load(gateway, world)
    assert gateway.writes == []
    assert said.count("\n") == 0
    assert f"{suspended.name.en} is suspended" in said
    assert (
        f"{emptied.name.en} has 0 of {len(world.products_of(emptied.mini_program_id))} products in stock"
        in said
    )


async def test_a_shop_that_cannot_be_opened_does_not_stop_the_start(
    gateway: FakeGateway, world: World
) -> None:
    await load(gateway, world)
    shop = world.shops[0]
    gateway.down = f"{shop.mini_program_id}/store"
    assert f"{shop.name.en} cannot be opened" in await load(gateway, world)


async def test_an_interrupted_load_is_completed(gateway: FakeGateway, world: World) -> None:
    gateway.down = world.products[-1].product_id
    with pytest.raises(SeedFailed, match=f"{world.products[-1].product_id} answered 500"):
        await load(gateway, world)
    assert not any(gateway.hosts.values())
    gateway.down = "\0"
    await load(gateway, world)
    assert set(gateway.products) == {product.product_id for product in world.products}
    assert all(gateway.hosts.values())


async def test_a_new_shop_is_added_without_touching_the_others(gateway: FakeGateway, world: World) -> None:
    await load(gateway, world)
    new = world.shops[-1]
    del gateway.states[new.mini_program_id]
    gateway.writes.clear()
    await load(gateway, world)
    assert [path for path in gateway.writes_to("/mini-programs/") if new.mini_program_id not in path] == []
    assert gateway.states[new.mini_program_id] == "published"


async def test_a_client_whose_secret_was_changed_keeps_it(gateway: FakeGateway, world: World) -> None:
    await load(gateway, world)
    client = world.hosts[1].client_id
    gateway.secrets[client] = "another"
    assert f"client {client} has another secret" in await load(gateway, world)
    assert gateway.secrets[client] == "another"


async def test_clients_get_their_secrets_again_from_a_new_data_folder(
    gateway: FakeGateway, world: World
) -> None:
    await load(gateway, world)
    await load(gateway, world, prefix="new secret of ")
    assert gateway.secrets[world.hosts[0].client_id] == f"new secret of {world.hosts[0].client_id}"


async def test_services_that_never_learn_about_the_demo_are_an_error(
    gateway: FakeGateway, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READY_TIMEOUT", 1)
    gateway.down = "/v1/search"
    with pytest.raises(SeedFailed, match="waited 1 s for every service to know the demo"):
        await load(gateway, world)


async def join(gateway: FakeGateway, prefix: str = "secret of ") -> tuple[list[Any], str]:
    """Let the platforms join; returns what `demo.json` says of them, and what was printed."""
    said: list[str] = []
    secrets = lambda client: prefix + client if client != "ops" else "secret of ops"  # noqa: E731
    joined = await seed_platforms(gateway.url, "ops", secrets, said.append)
    return joined, "\n".join(said)


async def test_platforms_join_once_and_their_shops_are_published_last(gateway: FakeGateway) -> None:
    joined, said = await join(gateway)
    shops = [shop.mini_program_id for platform in load_platforms() for shop in platform.shops]
    assert [one for platform in joined for one in platform["mini_program_ids"]] == shops
    assert said.count("joins with 2 shops") == len(joined) == 2
    assert set(gateway.states) == set(shops)
    assert all(gateway.hosts.values())
    assert [platform["client_secret"] for platform in joined] == [
        gateway.secrets[platform["client_id"]] for platform in joined
    ]
    gateway.writes.clear()
    assert await join(gateway) == (joined, "")
    assert gateway.writes == []


async def test_platforms_get_their_secrets_again_from_a_new_data_folder_and_nothing_else(
    gateway: FakeGateway,
) -> None:
    await join(gateway)
    gateway.writes.clear()
    await join(gateway, prefix="new ")
    assert [path.rpartition("/")[0] for path in gateway.writes] == ["/v1/ops/clients"] * 2


async def test_an_interrupted_joining_is_completed(
    gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.down = "/look"
    with monkeypatch.context() as impatient:
        impatient.setattr(platforms, "READY_TIMEOUT", 0.05)
        with pytest.raises(SeedFailed, match="the logo of"):
            await join(gateway)
    gateway.down = "\0"
    await join(gateway)
    assert all(gateway.hosts.values())
