"""An owner with a mini program of its own, as a client of the running service."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from contracts.catalog import MiniProgramPublished, Owner
from contracts.checkout import OrderPaid, OrderPlaced, OrderShipped
from contracts.money import cny
from contracts.order_snapshot import AttributionSnapshot, OrderSnapshot
from contracts.terms import CommissionTerms
from runtime.clock import Clock
from support.events import tell
from support.eventually import Eventually
from support.issuer import Issuer
from webhooks.settings import Settings

TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)


@dataclass
class OwnerClient:
    """Calls the service as an owner, and publishes what happens in the owner's shop."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer
    settings: Settings
    clock: Clock
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(5))
    owner_id: str = field(default_factory=lambda: "o" + secrets.token_hex(5))

    @property
    def headers(self) -> dict[str, str]:
        return self.issuer.headers("owner", owner_id=self.owner_id, role="admin")

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        headers = self.headers | more.pop("headers", {})
        async with self.http.request(method, self.url + path, headers=headers, **more) as answer:
            content = await answer.json(content_type=None) if "json" in answer.content_type else None
            return answer.status, content, answer.headers

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of a call that succeeds."""
        status, content, _ = await self.call(method, path, **more)
        assert status < 300, content
        return content

    async def create(self, url: str, *events: str, **more: Any) -> dict[str, Any]:
        body = {"url": url, "events": list(events) or ["*"]} | more
        return dict(await self.ask("POST", "/v1/owner/webhooks", json=body))

    async def read(self, webhook: dict[str, Any]) -> dict[str, Any]:
        return dict(await self.ask("GET", self.path(webhook)))

    async def deliveries(self, webhook: dict[str, Any], **query: str) -> list[dict[str, Any]]:
        page = await self.ask("GET", f"{self.path(webhook)}/deliveries", params=query)
        return list(page["items"])

    @staticmethod
    def path(webhook: dict[str, Any]) -> str:
        return f"/v1/owner/webhooks/{webhook['webhook_id']}"

    async def tell(self, *events: Any) -> None:
        await tell(self.settings.kafka, self.settings.prefix, *events)

    async def open_shop(self) -> None:
        """Register the mini program, and wait until the service knows whose it is."""
        program = MiniProgramPublished(
            mini_program_id=self.mini_program_id, name="茶", owner=Owner(owner_id=self.owner_id, name="O", kind="brand"),
            category="e-commerce", logo_url="/l.png", hosts=("host1",), state="published", terms=TERMS, version=1,
        )  # fmt: skip
        await self.tell(program)

        async def is_known() -> bool:
            body = {"url": "http://127.0.0.1:9/", "events": ["*"], "mini_program_ids": [self.mini_program_id]}
            status, webhook, _ = await self.call("POST", "/v1/owner/webhooks", json=body)
            if status == 201:
                await self.call("DELETE", self.path(webhook))
            return status == 201

        await self.eventually(is_known, within=30, what="the owner of the mini program to be known")

    def order_id(self) -> str:
        return f"{self.mini_program_id}_{secrets.token_hex(13).upper()}"

    def placed(self, order_id: str, at: datetime | None = None) -> OrderPlaced:
        return OrderPlaced(
            **self._base(order_id, 1, "placed", at), **self._purchase(), region="Hubei", expires_at=self.clock(), seal=None
        )  # fmt: skip

    def paid(self, order_id: str, at: datetime | None = None) -> OrderPaid:
        return OrderPaid(**self._base(order_id, 3, "paid", at), **self._purchase(), trade_no="T1")

    def shipped(self, order_id: str, at: datetime | None = None) -> OrderShipped:
        return OrderShipped(
            **self._base(order_id, 4, "shipped", at), carrier="SF", complete=True, shipment_id="s1"
        )

    async def feed(self, **query: str) -> dict[str, Any]:
        return dict(await self.ask("GET", "/v1/owner/events", params=query))

    def _base(self, order_id: str, version: int, status: str, at: datetime | None) -> dict[str, Any]:
        now = at or self.clock()
        order = OrderSnapshot(
            order_id=order_id, mini_program_id=self.mini_program_id, openid="o1", status=status, subtotal=cny(100),
            delivery_fee=cny(0), discount=cny(0), total=cny(100), placed_at=now, expires_at=now, refunded_total=cny(0),
            attribution=AttributionSnapshot(surface="direct"), history=(),
        )  # fmt: skip
        return {
            "order_id": order_id, "mini_program_id": self.mini_program_id, "version": version, "at": now, "order": order,
        }  # fmt: skip

    def _purchase(self) -> dict[str, Any]:
        attribution = {"surface": "direct"}
        return {
            "host_id": "host1",
            "openid": "o1",
            "lines": (),
            "total": cny(100),
            "attribution": attribution,
        }
