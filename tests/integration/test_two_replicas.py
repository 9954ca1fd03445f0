"""Two gateways, each in front of its own replica of identity and of catalog, answer the same: limits, secrets, suspensions."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from catalog.app import build_app as catalog
from catalog.settings import Settings as CatalogSettings
from gateway.app import build_app as gateway
from gateway.limiting import WRONG_SECRETS_PER_MINUTE
from gateway.rate_limits import SLICES
from gateway.settings import Settings as GatewaySettings
from identity.app import build_app as identity
from identity.settings import Settings as IdentitySettings
from runtime.kafka.topics import ensure_topics
from support.eventually import Eventually

pytestmark = pytest.mark.timeout(300)

SECRET = secrets.token_hex(32)
NOWHERE = "http://127.0.0.1:1"
BOTH = range(2)
WITHIN = 5
"""Seconds in which a suspension and a removed client reach every process."""
READS = 60
REGISTRATIONS = 10
REASONS = {"reasons": [{"message": "A complaint."}]}


@dataclass
class Installation:
    """Two gateways of one platform, as a caller at an address of its own sees them."""

    gateways: list[str]
    http: aiohttp.ClientSession
    address: str

    async def call(self, at: int, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """The status and the JSON of a call of one gateway."""
        headers = {"X-Forwarded-For": self.address}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = self.gateways[at] + path
        async with self.http.request(method, url, headers=headers, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def must(self, method: str, path: str, token: str = "", body: Any = None) -> Any:
        """The JSON of a call of the first gateway that succeeds."""
        status, answer = await self.call(0, method, path, token, body)
        assert status < 300, answer
        return answer

    async def log_in(self, at: int, client_id: str, secret: str) -> Any:
        """The status and the JSON of a call for a token."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return await self.call(at, "POST", "/v1/token", body=form)

    async def token(self, client: dict[str, Any]) -> str:
        """A token of a client."""
        _, answer = await self.log_in(0, client["client_id"], client["client_secret"])
        return str(answer["access_token"])

    async def operator(self) -> str:
        """A token of the first operator."""
        return await self.token({"client_id": "ops", "client_secret": SECRET})


@pytest.fixture(scope="module")
async def gateways(
    kafka_bootstrap: str, mongodb_uri: str, module_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[str]]:
    await ensure_topics(kafka_bootstrap, module_prefix)
    folder = tmp_path_factory.mktemp("catalog")
    common: dict[str, Any] = {"kafka": kafka_bootstrap, "prefix": module_prefix, "port": 0}
    async with AsyncExitStack() as stack:
        urls = []
        for _ in BOTH:
            own = IdentitySettings(
                **common, mongodb_uri=mongodb_uri, openid_secret=SECRET, viewer_secret=SECRET,
                ops_client_id="ops", ops_client_secret=SECRET,
            )  # fmt: skip
            who = await stack.enter_async_context(identity(own).running())
            shops = CatalogSettings(
                **common, mongodb_uri=mongodb_uri, identity_url=who.url, media_dir=folder, uploads=str(folder / "uploads"),
            )  # fmt: skip
            goods = await stack.enter_async_context(catalog(shops).running())
            others = {
                f"{name}_url": NOWHERE
                for name in ("search", "checkout", "payment", "sharecode", "webhooks", "feeds")
            }
            front = GatewaySettings(
                **common, **others, click_secret=SECRET, viewer_secret=SECRET, identity_url=who.url,
                catalog_url=goods.url, limit_read=READS, limit_registration=REGISTRATIONS, proxies=1,
            )  # fmt: skip
            urls.append((await stack.enter_async_context(gateway(front).running())).url)
        yield urls


@pytest.fixture
async def platform(gateways: list[str]) -> AsyncIterator[Installation]:
    async with aiohttp.ClientSession() as http:
        yield Installation(gateways, http, f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1")


def application() -> dict[str, Any]:
    contact = {"name": "Mei Chen", "email": "mei@hillside.example"}
    return {"name": f"Hillside {secrets.token_hex(4)}", "kind": "brand", "contact": contact}


async def test_a_limit_is_reached_at_both_gateways_together(platform: Installation) -> None:
    added = {"name": "Busy", "role": "admin"}
    ops = await platform.token(
        await platform.must("POST", "/v1/ops/clients", await platform.operator(), added)
    )
    started = time.monotonic()
    calls = [platform.call(at, "GET", "/v1/ops/hosts", ops) for _ in range(2 * READS) for at in BOTH]
    statuses = Counter(status for status, _ in await asyncio.gather(*calls))
    refilled = READS * (time.monotonic() - started)
    assert READS <= statuses[200] <= READS + READS // SLICES + refilled
    assert statuses[200] + statuses[429] == len(calls)

    registered = Counter(
        [(await platform.call(n % 2, "POST", "/v1/owners", body=application()))[0] for n in range(30)]
    )
    assert REGISTRATIONS <= registered[201] <= REGISTRATIONS + 1
    for at in BOTH:
        status, problem = await platform.call(at, "POST", "/v1/owners", body=application())
        assert (status, problem["code"]) == (429, "rate_limited")


async def test_wrong_secrets_are_slowed_at_both_gateways_and_the_right_one_gets_in(
    platform: Installation,
) -> None:
    ops = await platform.operator()
    victim = await platform.must("POST", "/v1/ops/clients", ops, {"name": "Victim", "role": "admin"})
    attempts = [
        platform.log_in(n % 2, victim["client_id"], f"wrong {n}") for n in range(3 * WRONG_SECRETS_PER_MINUTE)
    ]
    statuses = Counter(status for status, _ in await asyncio.gather(*attempts))
    assert set(statuses) == {401, 429}
    for at in BOTH:
        status, answer = await platform.log_in(at, victim["client_id"], victim["client_secret"])
        assert status == 200, answer


async def test_a_secret_that_is_replaced_is_refused_by_both_and_one_with_overlap_works_at_both(
    platform: Installation,
) -> None:
    ops = await platform.operator()
    client = await platform.must("POST", "/v1/ops/clients", ops, {"name": "Li Na", "role": "read"})
    secrets_path = f"/v1/ops/clients/{client['client_id']}/secrets"
    second = await platform.must("POST", secrets_path, ops, {"old_valid_for": 600})
    for at in BOTH:
        for known in (client, second):
            assert (await platform.log_in(at, client["client_id"], known["client_secret"]))[0] == 200
    third = await platform.must("POST", secrets_path, ops, {"old_valid_for": 0})
    for at in BOTH:
        for known, status in ((client, 401), (second, 401), (third, 200)):
            assert (await platform.log_in(at, client["client_id"], known["client_secret"]))[0] == status


async def test_a_removed_client_and_a_suspended_host_are_refused_by_both(
    platform: Installation, eventually: Eventually
) -> None:
    ops = await platform.operator()
    removed = await platform.must("POST", "/v1/ops/clients", ops, {"name": "Li Na", "role": "read"})
    host = await platform.must("POST", "/v1/ops/hosts", ops, {"name": "WeTalk"})
    tokens = {"ops": await platform.token(removed), "host": await platform.token(host)}
    paths = {"ops": "/v1/ops/hosts", "host": "/v1/host/clients"}

    async def everywhere(**statuses: int) -> bool:
        for one, status in statuses.items():
            answers = [await platform.call(at, "GET", paths[one], tokens[one]) for at in BOTH]
            assert [found for found, _ in answers] == [status] * len(answers), answers
        return True

    assert await everywhere(ops=200, host=200)
    await platform.must("DELETE", f"/v1/ops/clients/{removed['client_id']}", ops)
    await platform.must("POST", f"/v1/ops/hosts/{host['host_id']}/suspension", ops, REASONS)
    await eventually(lambda: everywhere(ops=401, host=403), within=WITHIN)


async def test_a_suspended_owner_changes_nothing_at_both_but_reads_and_sends_its_orders(
    platform: Installation, eventually: Eventually
) -> None:
    ops = await platform.operator()
    registered = await platform.must("POST", "/v1/owners", body=application())
    owner = await platform.token(registered)
    path = f"/v1/ops/owners/{registered['owner_id']}"
    draft = {"name": f"Hillside {secrets.token_hex(4)}", "category": "ecommerce"}
    parcel = {"carrier": "sf", "tracking_number": "SF1"}

    async def everywhere(started: int) -> bool:
        for at in BOTH:
            status, answer = await platform.call(at, "POST", "/v1/owner/mini-programs", owner, draft)
            assert status == started, answer
            assert (await platform.call(at, "GET", "/v1/owner", owner))[0] == 200
            status, problem = await platform.call(at, "POST", "/v1/owner/orders/x1/shipments", owner, parcel)
            assert (status, problem["code"]) == (503, "unavailable"), (
                "checkout is not part of this installation"
            )
        return True

    assert await everywhere(201)
    await platform.must("POST", f"{path}/suspension", ops, REASONS)
    await eventually(lambda: everywhere(403), within=WITHIN)
    await platform.must("POST", f"{path}/reinstatement", ops)
    await eventually(lambda: everywhere(201), within=WITHIN)


async def test_a_suspended_shop_and_the_shop_of_a_suspended_owner_are_closed_at_both(
    platform: Installation, eventually: Eventually
) -> None:
    ops = await platform.operator()
    registered = await platform.must("POST", "/v1/owners", body=application())
    owner_path = f"/v1/ops/owners/{registered['owner_id']}"
    await platform.must("POST", f"{owner_path}/approval", ops, {})
    joined = await platform.must("POST", "/v1/ops/hosts", ops, {"name": "WeTalk"})
    host = await platform.token(joined)
    shop = f"tea{secrets.token_hex(4)}"
    live = {
        "owner_id": registered["owner_id"], "owner_name": "Hillside", "owner_kind": "brand",
        "name": f"Hillside {secrets.token_hex(4)}", "category": "ecommerce", "hosts": [joined["host_id"]],
        "logo_url": "https://pictures.example/tea.png", "terms": {"platform_bp": 300, "creator_bp": 500},
        "categories": [{"category_id": "tea", "name": "Tea"}],
    }  # fmt: skip

    async def entered(at: int) -> int:
        visit = {"mini_program_id": shop, "host_user_id": "u1", "entry": {"surface": "direct"}}
        return int((await platform.call(at, "POST", "/v1/sessions", host, visit))[0])

    async def everywhere(store: int, session: int) -> bool:
        for at in BOTH:
            status, answer = await platform.call(at, "GET", f"/v1/mini-programs/{shop}/store", host)
            assert status == store, answer
            assert await entered(at) == session
        return True

    async def is_open() -> bool:
        return await everywhere(200, 201)

    async def is_closed() -> bool:
        return await everywhere(404, 404)

    await platform.must("PUT", f"/v1/ops/mini-programs/{shop}", ops, live)
    await eventually(is_open, within=20)
    closings: list[tuple[str, Any]] = [
        (f"/v1/ops/mini-programs/{shop}", {"reason": "A complaint."}),
        (owner_path, REASONS),
    ]
    for path, why in closings:
        await platform.must("POST", f"{path}/suspension", ops, why)
        await eventually(is_closed, within=WITHIN)
        await platform.must("POST", f"{path}/reinstatement", ops)
        await eventually(is_open, within=WITHIN)
