"""Receives events: by a webhook, or from the feed of events if Anchorage cannot call this process."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

from aiohttp import web

from platform_demo.book import Book
from platform_demo.database import Database
from platform_demo.gateway import Away, Gateway, Refused
from platform_demo.signatures import is_genuine
from platform_demo.working import Worker

WEBHOOKS = "/v1/owner/webhooks"
WAIT_SECONDS = 30
PAUSE_SECONDS = 30
"""Between two tries to read the feed of events while Anchorage is away."""

log = logging.getLogger(__name__)


class NoWebhook(Exception):
    """There is no webhook yet whose secret could be renewed."""

    def __init__(self) -> None:
        super().__init__("there is no webhook yet; `serve` creates it")


@dataclass
class Receiver:
    """The webhook at Anchorage, and the route that it calls."""

    gateway: Gateway
    database: Database
    book: Book
    worker: Worker
    url: str

    async def receive(self, request: web.Request) -> web.Response:
        """Verify, store, answer; the event is processed afterwards. A repeat is answered like the first call."""
        secret = self.database.setting("webhook_secret")
        if secret is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        body = await request.read()
        secrets = [secret, *filter(None, [self.database.setting("webhook_secret_before")])]
        if not is_genuine(secrets, request.headers, body):
            return web.Response(status=401)
        if self.book.receive(request.headers["webhook-id"], json.loads(body)):
            self.worker.wake()
        return web.Response(status=204)

    async def subscribe(self) -> list[str]:
        """Make sure that the webhook exists, leads here and is enabled. Returns what was wrong, in words. Raises Away and Refused."""
        webhook_id = self.database.setting("webhook_id")
        webhook = await self.gateway.find(f"{WEBHOOKS}/{webhook_id}") if webhook_id else None
        if webhook is None:
            webhook = await self._adopt_or_create()
        amiss = []
        if not webhook["enabled"]:
            amiss.append(f"the webhook was disabled: {webhook['disabled_reason']}")
        if webhook["url"] != self.url:
            amiss.append(f"the webhook led to {webhook['url']}")
        if amiss:
            change = {"url": self.url, "enabled": True}
            path = f"{WEBHOOKS}/{webhook['webhook_id']}"
            await self.gateway.call("PATCH", path, change, media="application/merge-patch+json")
        return amiss

    async def _adopt_or_create(self) -> dict[str, object]:
        """A webhook of an earlier installation at the same URL gets a new secret, because the old one is lost."""
        for known in (await self.gateway.get(WEBHOOKS))["items"]:
            if known["url"] == self.url:
                answer = await self.gateway.call("POST", f"{WEBHOOKS}/{known['webhook_id']}/secrets")
                self._remember(known["webhook_id"], answer["secret"])
                return dict(known)
        created: dict[str, object] = await self.gateway.call(
            "POST", WEBHOOKS, {"url": self.url, "events": ["*"]}
        )
        self._remember(str(created["webhook_id"]), str(created["secret"]))
        return created

    def _remember(self, webhook_id: str, secret: str) -> None:
        with self.database.transaction():
            self.database.remember("webhook_id", webhook_id)
            self.database.remember("webhook_secret", secret)

    async def renew_secret(self) -> None:
        """Get a new secret. The one before is accepted until the next change, because Anchorage still signs with it for a while.

        Raises NoWebhook before the first `serve`.
        """
        webhook_id = self.database.setting("webhook_id")
        if webhook_id is None:
            raise NoWebhook
        answer = await self.gateway.call("POST", f"{WEBHOOKS}/{webhook_id}/secrets")
        with self.database.transaction():
            self.database.remember("webhook_secret_before", self.database.setting("webhook_secret") or "")
            self.database.remember("webhook_secret", answer["secret"])

    async def follow(self) -> None:
        """Poll the feed of events, until cancelled. It holds the same events as webhooks, with the same ids."""
        while True:
            cursor = self.database.setting("cursor")
            query = {"cursor": cursor} if cursor else {}
            try:
                page = await self.gateway.get("/v1/owner/events", wait=WAIT_SECONDS, **query)
            except (Away, Refused) as failed:
                if isinstance(failed, Refused) and failed.code == "invalid_cursor":
                    self.database.remember(
                        "cursor", ""
                    )  # from the beginning: events that are known do no harm
                log.warning("the feed of events cannot be read: %s", type(failed).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            with self.database.transaction():
                for event in page["items"]:
                    self.book.receive(event["event_id"], event)
                self.database.remember("cursor", page["next_cursor"])
            self.worker.wake()
