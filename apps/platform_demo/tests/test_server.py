"""The web server: calls of Anchorage are verified and kept, forms of other sites refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from standardwebhooks.webhooks import Webhook

from platform_demo.app import Parts, parts_of, web_app
from platform_demo.receiving import NoWebhook
from platform_demo.settings import Settings, WrongSettings, read_settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOWHERE = "http://127.0.0.1:1"
EVENT = '{"type": "order.paid", "timestamp": "2026-11-29T00:00:00Z", "data": {"order_id": "o1"}}'

Client = TestClient[Any, Any]


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    settings = Settings(
        client_id="c", client_secret="s", catalogue="huaiyu", gateway=NOWHERE, database=tmp_path / "p.sqlite",
        host="127.0.0.1", port=0, webhook_url="http://127.0.0.1/webhooks", refund_at_once=5000, reconcile_at=time(3),
    )  # fmt: skip
    async with parts_of(settings) as made:
        yield made


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[Client]:
    async with TestClient(TestServer(web_app(parts))) as made:
        yield made


def headers(event_id: str = "msg_1", body: str = EVENT) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": event_id, "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(event_id, now, body),
    }  # fmt: skip


async def test_a_call_is_kept_before_it_is_answered_and_a_repeat_changes_nothing(
    client: Client, parts: Parts
) -> None:
    parts.database.remember("webhook_secret", SECRET)
    for _ in range(2):
        answer = await client.post("/webhooks", data=EVENT, headers=headers())
        assert answer.status == 204
        assert len(parts.book.newest("event", 9)) == 1


async def test_a_call_is_refused_without_the_secret_and_put_off_before_there_is_one(
    client: Client, parts: Parts
) -> None:
    assert (await client.post("/webhooks", data=EVENT, headers=headers())).status == 503
    parts.database.remember("webhook_secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    assert (await client.post("/webhooks", data=EVENT, headers=headers())).status == 401
    assert (await client.post("/webhooks", data=EVENT)).status == 401
    assert parts.book.newest("event", 9) == []


async def test_both_secrets_are_good_after_a_change(client: Client, parts: Parts) -> None:
    parts.database.remember("webhook_secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    parts.database.remember("webhook_secret_before", SECRET)
    assert (await client.post("/webhooks", data=EVENT, headers=headers())).status == 204


async def test_the_page_shows_text_as_text(client: Client, parts: Parts) -> None:
    parts.book.note("order <b>", ["<script>"], "&")
    page = await (await client.get("/")).text()
    assert "order &lt;b&gt;" in page
    assert "<script>" not in page
    assert "default-src 'none'" in (await client.get("/")).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "sent", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("path", ["/reconcile", "/orders/o1/refunds/r1"])
async def test_a_form_of_another_site_does_nothing(client: Client, sent: dict[str, str], path: str) -> None:
    assert (await client.post(path, headers=sent)).status == 403


async def test_a_button_says_that_anchorage_is_away(client: Client) -> None:
    answer = await client.post("/reconcile")
    assert answer.status == 502
    assert "ClientConnectorError" in await answer.text()


async def test_only_one_reconciles_at_a_time(parts: Parts) -> None:
    order: list[str] = []

    async def one(name: str) -> None:
        async with parts.database.turn():
            order.append(f"{name} begins")
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    await asyncio.gather(one("a"), one("b"))
    assert [word.split()[1] for word in order] == ["begins", "ends", "begins", "ends"]


def test_settings_say_what_is_missing_or_wrong() -> None:
    with pytest.raises(WrongSettings, match="PLATFORM_CLIENT_ID, PLATFORM_CLIENT_SECRET"):
        read_settings({"PLATFORM_CATALOGUE": "huaiyu"})
    given = {"PLATFORM_CLIENT_ID": "c", "PLATFORM_CLIENT_SECRET": "s", "PLATFORM_CATALOGUE": "huaiyu"}
    assert read_settings(given).webhook_url == "http://127.0.0.1:8121/webhooks"
    assert read_settings(given | {"PLATFORM_WEBHOOK_URL": ""}).webhook_url == ""
    for name, value in (("PLATFORM_PORT", "x"), ("PLATFORM_RECONCILE_AT", "25:00")):
        with pytest.raises(WrongSettings, match=name):
            read_settings(given | {name: value})


async def test_there_is_no_secret_to_renew_before_there_is_a_webhook(parts: Parts) -> None:
    with pytest.raises(NoWebhook, match="serve"):
        await parts.receiver.renew_secret()
