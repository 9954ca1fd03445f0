"""A shop of one test's own in a running catalog."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from contracts.checkout import (
    Attribution,
    OrderCancelled,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    ParcelLine,
)
from contracts.event import Event
from contracts.identity import (
    OwnerApplied,
    OwnerReinstated,
    OwnerState,
    OwnerSuspended,
    OwnerVerified,
    Reason,
)
from contracts.money import cny
from contracts.terms import CommissionTerms
from runtime.clock import system_clock
from runtime.mongo.client import Database
from runtime.service import Service
from support.events import records_of, tell, types_of, value_of
from support.eventually import Eventually
from support.issuer import Issuer

HOST = "host1"
TERMS = CommissionTerms(platform_bp=100, creator_bp=500, terms_version=1)


_STATUS: dict[type[OwnerState], Any] = {
    OwnerApplied: "applied",
    OwnerVerified: "verified",
    OwnerSuspended: "suspended",
    OwnerReinstated: "verified",
}


@dataclass
class Shop:
    """A mini program of one owner with one product, with calls and events for tests."""

    service: Service
    issuer: Issuer
    kafka: str
    prefix: str
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(6))
    owner_id: str = field(default_factory=lambda: "owner" + secrets.token_hex(4))
    product_id: str = field(default_factory=lambda: "p" + secrets.token_hex(6))
    sku_id: str = field(default_factory=lambda: "s" + secrets.token_hex(6))

    @property
    def as_owner(self) -> dict[str, str]:
        return self.issuer.headers("owner", owner_id=self.owner_id)

    def with_key(self, key: str = "") -> dict[str, str]:
        """The owner's headers with an idempotency key, a new one by default."""
        return self.as_owner | {"Idempotency-Key": key or secrets.token_hex(8)}

    @property
    def as_operator(self) -> dict[str, str]:
        return self.issuer.headers("ops")

    @property
    def as_host(self) -> dict[str, str]:
        return self.issuer.headers("host", host_id=HOST)

    def as_creator(self, creator_id: str = "creator1") -> dict[str, str]:
        return self.issuer.headers("creator", creator_id=creator_id)

    @property
    def program_path(self) -> str:
        return f"/v1/owner/mini-programs/{self.mini_program_id}"

    @property
    def ops_path(self) -> str:
        return f"/v1/ops/mini-programs/{self.mini_program_id}"

    def product_path(self, product_id: str | None = None) -> str:
        return f"{self.program_path}/products/{product_id or self.product_id}"

    def page_path(self, product_id: str | None = None) -> str:
        return f"/v1/mini-programs/{self.mini_program_id}/products/{product_id or self.product_id}"

    @property
    def store_path(self) -> str:
        return f"/v1/mini-programs/{self.mini_program_id}/store"

    async def call(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> tuple[int, dict[str, Any]]:
        async with self.service.http.request(
            method, self.service.url + path, json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def must(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> dict[str, Any]:
        """The answer to a call that must succeed."""
        status, answer = await self.call(method, path, headers, body)
        assert status in (200, 201), answer
        return answer

    async def open(self, stock: int = 30, **product: Any) -> Shop:
        """Put the mini program live, and list the product."""
        await self.put_live()
        await self.must("PUT", self.product_path(), self.as_owner, a_product(self.sku_id, stock, **product))
        return self

    async def put_live(self, **changes: Any) -> dict[str, Any]:
        """Put a live version of the mini program, as an operator."""
        return await self.must("PUT", self.ops_path, self.as_operator, self.program(**changes))

    def program(self, **changes: Any) -> dict[str, Any]:
        """A MiniProgramRequest for the shop."""
        return a_program(owner_id=self.owner_id) | changes

    async def tell_owner(
        self,
        event: type[OwnerState] = OwnerVerified,
        *reasons: str,
        version: int = 1,
        kind: Literal["brand", "platform"] = "platform",
        name: str = "小米有品",
    ) -> None:
        """Identity says what the owner is, and the catalog knows it."""
        status = _STATUS[event]
        await self.publish(
            event(
                version=version, owner_id=self.owner_id, name=name, kind=kind, status=status,
                reasons=tuple(Reason(message=reason) for reason in reasons),
            )
        )  # fmt: skip

        async def known() -> bool:
            found = await self.service.db["owners"].find_one({"_id": self.owner_id, "version": version})
            assert found is not None
            return True

        await self.eventually(known, within=20, what="the catalog knows the owner")

    async def stock(self, sku_id: str | None = None) -> dict[str, Any]:
        """The SKU's document, after a check of its invariant."""
        document = await self.service.db["stock"].find_one({"_id": sku_id or self.sku_id})
        assert document is not None
        assert_adds_up(document)
        return document

    async def events_of(self, topic: str, key: str) -> list[dict[str, Any]]:
        """The values of one key's events, oldest first, each with its `event` name."""
        records = [r for r in await records_of(self.kafka, self.prefix + topic) if r.key == key.encode()]
        return [value_of(r) | {"event": name} for r, name in zip(records, types_of(records), strict=True)]

    async def publish(self, *events: Event) -> None:
        await tell(self.kafka, self.prefix, *events)

    def neighbour(self) -> Shop:
        """Another owner's shop, not open yet."""
        return Shop(self.service, self.issuer, self.kafka, self.prefix, self.eventually)

    async def expect_events(self, topic: str, key: str, *names: str) -> list[dict[str, Any]]:
        """The events of one key, as soon as there are exactly these."""

        async def published() -> list[dict[str, Any]]:
            events = await self.events_of(topic, key)
            assert [e["event"] for e in events] == list(names), [e["event"] for e in events]
            return events

        events: list[dict[str, Any]] = await self.eventually(published, within=20, what=f"{names} for {key}")
        return events

    def new_order(self) -> str:
        return f"{self.mini_program_id}_{secrets.token_hex(13)}"

    def order_fields(
        self, order_id: str, *lines: tuple[str, int], product_id: str | None = None
    ) -> dict[str, Any]:
        """The fields of an order event with its lines: one of the shop's SKU by default."""
        return {
            "version": 1,
            "order_id": order_id,
            "mini_program_id": self.mini_program_id,
            "at": system_clock(),
            "host_id": HOST,
            "openid": "o_1",
            "lines": tuple(
                OrderLine(
                    sku_id=sku_id, product_id=product_id or self.product_id, title="Tea", unit_price=cny(100),
                    quantity=quantity, line_total=cny(100 * quantity), product_version=1, terms=TERMS,
                )
                for sku_id, quantity in lines or ((self.sku_id, 1),)
            ),
            "total": cny(100),
            "attribution": Attribution(surface="direct"),
        }  # fmt: skip

    def placed(self, order_id: str, *lines: tuple[str, int], product_id: str | None = None) -> OrderPlaced:
        return OrderPlaced(
            **self.order_fields(order_id, *lines, product_id=product_id),
            region="Zhejiang",
            expires_at=system_clock(),
        )

    def paid(self, order_id: str, *lines: tuple[str, int]) -> OrderPaid:
        return OrderPaid(**self.order_fields(order_id, *lines), trade_no="T1")

    def cancelled(self, order_id: str) -> OrderCancelled:
        return OrderCancelled(
            version=2, order_id=order_id, mini_program_id=self.mini_program_id, at=system_clock(), reason="x"
        )

    def refunded(
        self,
        order_id: str,
        *lines: tuple[str, int],
        release_stock: bool = True,
        unsent: Sequence[tuple[str, int]] = (),
    ) -> OrderRefunded:
        return OrderRefunded(
            **self.order_fields(order_id, *lines), refund_id="r1", refunded=cny(100), refunded_total=cny(100),
            release_stock=release_stock,
            unsent=tuple(ParcelLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in unsent),
        )  # fmt: skip


def assert_adds_up(document: dict[str, Any]) -> None:
    """The invariant of a SKU's stock."""
    assert document["initial"] + document["adjusted"] == (
        document["available"] + document["reserved"] + document["sold"]
    ), document
    assert min(document["available"], document["reserved"], document["sold"]) >= 0, document
    assert document["reserved"] == sum(document["holds"].values()), document


async def know_hosts(db: Database, *host_ids: str, state: str = "active") -> None:
    """The catalog knows these hosts, as it does once identity has said so."""
    await db["hosts"].insert_many(
        [{"_id": host_id, "name": host_id, "state": state, "version": 1} for host_id in host_ids]
    )


def put_pictures(folder: Path) -> Path:
    """Puts the pictures of these bodies into a media folder, as an operator does."""
    for name in ("tea.png", "logo.png"):
        (folder / name).write_bytes(b"a picture of the operator's folder")
    return folder


def a_program(**changes: Any) -> dict[str, Any]:
    """A MiniProgramRequest."""
    return {
        "owner_name": "小米有品",
        "owner_name_en": "Xiaomi Youpin",
        "owner_kind": "brand",
        "name": "小米有品",
        "name_en": "Xiaomi Youpin",
        "slogan": "好东西",
        "slogan_en": "Good things",
        "category": "e_commerce",
        "logo_url": "/media/logo.png",
        "hosts": [HOST],
        "categories": [
            {"category_id": "tea", "name": "茶", "name_en": "Tea"},
            {"category_id": "pots", "name": "壶"},
        ],
        "terms": {"platform_bp": 100, "creator_bp": 500},
        **changes,
    }


def a_draft(**changes: Any) -> dict[str, Any]:
    """A MiniProgramDraft."""
    return {
        "name": "茶与壶",
        "category": "e_commerce",
        "logo_url": "/media/logo.png",
        "requested_hosts": [HOST],
        "categories": [{"category_id": "tea", "name": "茶", "name_en": "Tea"}],
        **changes,
    }


def a_product(sku_id: str, stock: int = 30, **changes: Any) -> dict[str, Any]:
    """A ProductRequest with one SKU."""
    return {
        "title": "龙井茶",
        "title_en": "Longjing tea",
        "category_id": "tea",
        "images": ["/media/tea.png"],
        "skus": [
            {
                "sku_id": sku_id,
                "attributes": {"重量": "250 克"},
                "attributes_en": {"Weight": "250 g"},
                "price": {"amount": 12900, "currency": "CNY"},
                "initial_stock": stock,
            }
        ],
        **changes,
    }


def a_video(shop: Shop, *anchors: tuple[str, str, str]) -> dict[str, Any]:
    """A VideoRequest; anchors are (anchor_id, mini_program_id, product_id)."""
    return {
        "host_id": HOST,
        "title": "Tea time",
        "creator_name": "Lin",
        "anchors": [
            {"anchor_id": a, "title": "Buy", "mini_program_id": m, "product_id": p} for a, m, p in anchors
        ],
    }
