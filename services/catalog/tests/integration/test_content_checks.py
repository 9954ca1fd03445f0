"""Texts of products and videos pass a check before viewers see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from catalog_support.payment import Payment
from catalog_support.shop import HOST, Shop, a_product, know_hosts, put_pictures

from catalog.app import build_app
from catalog.settings import Settings
from contracts.topics import TOPICS
from runtime.kafka.topics import ensure_topics
from support.eventually import Eventually
from support.issuer import Issuer

CHECKS = "/v1/ops/content-checks"


@dataclass
class Provider:
    """Answers `needs_review` for texts with this word, and everything else as a test sets it."""

    url: str = ""
    status: int = 200
    suspicious: str = "奇迹"

    async def handle(self, request: web.Request) -> web.Response:
        texts = (await request.json())["texts"]
        waits = any(self.suspicious in text for text in texts.values())
        answer = {"status": "needs_review" if waits else "passed", "model": "m-7"}
        return web.json_response(answer, status=self.status)


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    one, app = Provider(), web.Application()
    app.router.add_post("/check", one.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = "http://{}:{}/check".format(*runner.addresses[0][:2])
    yield one
    await runner.cleanup()


@pytest_asyncio.fixture
async def asking(
    provider: Provider, kafka_bootstrap: str, mongodb_uri: str, prefix: str, tmp_path: Path,
    eventually: Eventually,
) -> AsyncIterator[Shop]:  # fmt: skip
    """A shop in a catalog that asks the provider."""
    await ensure_topics(kafka_bootstrap, prefix, TOPICS)
    async with Issuer().serving() as issuer, Payment().serving() as payment:
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=prefix, identity_url=issuer.url,
            media_dir=put_pictures(tmp_path), payment_url=payment.url, content_check_url=provider.url,
        )  # fmt: skip
        async with build_app(settings).running() as service:
            await know_hosts(service.db, HOST)
            yield await Shop(service, issuer, kafka_bootstrap, prefix, eventually).open()


async def put(shop: Shop, **changes: Any) -> tuple[int, dict[str, Any]]:
    return await shop.call("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id, **changes))


async def decide(shop: Shop, check_id: str, verdict: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    return await shop.call("POST", f"{CHECKS}/{check_id}/{verdict}", shop.as_operator, body)


async def title(shop: Shop) -> str:
    """As viewers read it."""
    return str((await shop.must("GET", shop.page_path(), shop.as_host))["title"])


async def test_a_text_that_must_not_be_shown_is_refused_with_its_field(shop: Shop) -> None:
    await shop.open()
    before = await title(shop)
    for changes, field in (
        ({"title": "代开发票"}, "title"),
        ({"description": "fake passport"}, "description"),
        ({"attributes": {"用途": "枪支弹药"}}, "attributes.用途"),
    ):
        status, problem = await put(shop, **changes)
        assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "content_refused", field)
    status, problem = await shop.call("PATCH", shop.product_path(), shop.as_owner, {"title": "假 发 票"})
    assert (status, problem["code"]) == (422, "content_refused")
    assert await title(shop) == before


async def test_titles_of_videos_are_checked(shop: Shop) -> None:
    await shop.open()
    anchor = {
        "anchor_id": "a1", "title": "代开发票", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id,
        "start_ms": 0,
    }  # fmt: skip
    video = {
        "host_id": "host1",
        "title": "开箱",
        "creator_name": "小芳",
        "duration_ms": 1000,
        "anchors": [anchor],
    }
    path = f"/v1/creator/videos/v{shop.sku_id}"
    status, problem = await shop.call("PUT", path, shop.as_creator(), video)
    assert (status, problem["errors"][0]["field"]) == (422, "anchors[0].title"), problem


async def test_a_text_that_waits_is_not_seen_until_an_operator_passes_it(asking: Shop) -> None:
    before = await title(asking)
    for _ in range(2):
        status, problem = await put(asking, title="奇迹茶")
        assert (status, problem["code"]) == (409, "content_waits")
    assert await title(asking) == before
    page = await asking.must("GET", CHECKS, asking.as_operator)
    [check] = page["items"]
    assert (check["kind"], check["object_id"], check["texts"]) == (
        "product", asking.product_id, {"title": "奇迹茶"},
    )  # fmt: skip
    assert (check["model"], check["status"], page["next_cursor"]) == ("m-7", "waiting", None)
    one = f"{CHECKS}/{check['check_id']}"
    assert await asking.must("GET", one, asking.as_operator) == check
    status, decided = await decide(asking, check["check_id"], "approval")
    assert (status, decided["status"], decided["model"]) == (200, "passed", "operator")
    assert await asking.must("GET", one, asking.as_operator) == decided
    assert (await asking.call("GET", f"{one}0", asking.as_operator))[0] == 404
    assert (await decide(asking, check["check_id"], "approval"))[0] == 404
    assert (await put(asking, title="奇迹茶"))[0] == 200
    assert await title(asking) == "奇迹茶"


async def test_a_text_that_an_operator_refused_stays_refused_with_the_reasons(asking: Shop) -> None:
    await put(asking, title="奇迹茶")
    [check] = (await asking.must("GET", CHECKS, asking.as_operator))["items"]
    reasons = {"reasons": [{"field": "title", "message": "承诺疗效"}]}
    assert (await decide(asking, check["check_id"], "rejection", reasons))[1]["status"] == "refused"
    status, problem = await put(asking, title="奇迹茶")
    assert (status, problem["code"]) == (422, "content_refused")
    assert problem["errors"] == [{"field": "title", "message": "承诺疗效"}]


async def test_while_the_provider_is_away_only_known_texts_are_shown(
    asking: Shop, provider: Provider
) -> None:
    provider.status = 500
    status, problem = await put(asking, title="新茶")
    assert (status, problem["code"]) == (409, "content_waits")
    status, _ = await asking.call("PATCH", asking.product_path(), asking.as_owner, {"listed": False})
    assert status == 200
    [check] = (await asking.must("GET", CHECKS, asking.as_operator))["items"]
    assert check["model"] == "unchecked"
    provider.status = 200
    assert (await put(asking, title="新茶"))[0] == 200
    assert (await asking.must("GET", CHECKS, asking.as_operator))["items"] == []


async def test_the_verdict_about_a_version_is_kept_with_model_and_time(
    asking: Shop, provider: Provider
) -> None:
    async def submitted(slogan: str) -> dict[str, Any]:
        await asking.must("PATCH", asking.program_path, asking.as_owner, {"slogan": slogan})
        version = await asking.must("POST", f"{asking.program_path}/versions", asking.as_owner, {})
        queue = await asking.must("GET", "/v1/ops/reviews?status=in_review&limit=100", asking.as_operator)
        [review] = [one for one in queue["items"] if one["version_id"] == version["version_id"]]
        assert review["text_check"]["at"]
        return dict(review["text_check"])

    passed, waits = await submitted("春茶"), await submitted("奇迹茶")
    assert (passed["status"], passed["model"]) == ("passed", "m-7")
    assert (waits["status"], waits["model"]) == ("needs_review", "m-7")
    provider.status = 500
    away = await submitted("新茶")
    assert (away["status"], away["model"]) == ("needs_review", "unchecked")
    page = await asking.must("GET", asking.store_path, asking.as_host)
    assert page["mini_program"]["slogan"] == asking.program()["slogan"], "viewers see none of them"


async def test_an_operators_own_change_needs_no_check(asking: Shop) -> None:
    body = a_product(asking.sku_id, title="奇迹茶")
    await asking.must("PUT", asking.product_path(), asking.as_operator, body)
    assert await title(asking) == "奇迹茶"


@pytest.mark.parametrize("check_id", ["product_none", "video_none", "nothing"])
async def test_a_check_that_does_not_exist_is_not_found(shop: Shop, check_id: str) -> None:
    assert (await decide(shop, check_id, "approval"))[0] == 404


@pytest.mark.parametrize("since", ["", "&updated_since=2020-01-01T00:00:00Z"])
async def test_the_queue_is_listed_by_pages(asking: Shop, since: str) -> None:
    for number in range(3):
        await put(asking, title=f"奇迹茶{number}")
    listed, cursor = [], ""
    while True:
        page = await asking.must("GET", f"{CHECKS}?limit=2{since}{cursor}", asking.as_operator)
        listed += [check["texts"]["title"] for check in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert (listed if since else sorted(listed)) == ["奇迹茶0", "奇迹茶1", "奇迹茶2"]
