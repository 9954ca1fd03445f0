"""A client of a running share code service."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from PIL import Image

from contracts.catalog import MiniProgramPublished, Owner, ProductDelisted, ProductListed, SkuState
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.topics import SHARE_CODES
from sharecode.settings import Settings
from support.events import records_of, tell, types_of, value_of
from support.eventually import Eventually
from support.issuer import Issuer

TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
PER_MINUTE, PER_DAY = 12, 5
"""The limits that the tests' service has."""


@dataclass
class CodesClient:
    """Calls a running service as any caller; each test has a mini program and an owner of its own."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer
    settings: Settings
    eventually: Eventually
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(5))
    owner_id: str = field(default_factory=lambda: "o" + secrets.token_hex(5))
    amy: str = field(default_factory=lambda: "o_" + secrets.token_hex(5))

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any, Any]:
        async with self.http.request(
            method, self.url + path, headers={**(headers or {}), **more.pop("and_headers", {})}, **more
        ) as answer:
            content = (
                await answer.json(content_type=None) if "json" in answer.content_type else await answer.read()
            )
            return answer.status, content, answer.headers

    def product(self, product_id: str, **more: Any) -> ProductListed:
        fields = {
            "product_id": product_id, "mini_program_id": self.mini_program_id, "title": "Tea", "category_id": "tea",
            "skus": (SkuState(sku_id=f"{product_id}-s", attributes={}, price=cny(9900)),), "terms": TERMS, "version": 1,
        }  # fmt: skip
        return ProductListed(**(fields | more))

    async def publish(self, *products: ProductListed | ProductDelisted) -> None:
        """Publish the mini program and the products, and wait until sharecode knows the last of them."""
        program = MiniProgramPublished(
            mini_program_id=self.mini_program_id, name="茶", owner=Owner(owner_id=self.owner_id, name="O", kind="brand"),
            category="e-commerce", logo_url="/l.png", hosts=("host1",), state="published", terms=TERMS, version=1,
        )  # fmt: skip
        await tell(self.settings.kafka, self.settings.prefix, program, *products)

        async def known() -> bool:
            owned, _, _ = await self.call("GET", f"{self.own}/quota", self.owner)
            last = products[-1]
            seen = (
                await self.share(last.product_id, sharer="o_" + secrets.token_hex(4))
                if last.listed
                else (404, None, None)
            )
            return owned == 200 and (seen[0] in (200, 201) or not last.listed)

        await self.eventually(known, within=20, what="the products to be known")

    async def events_of(self, code: str, count: int) -> list[tuple[str, str | None]]:
        """The events of a code, by type and sharer, once there are `count`."""

        async def found() -> list[tuple[str, str | None]]:
            records = await records_of(self.settings.kafka, self.settings.topic(SHARE_CODES.name))
            published = zip(types_of(records), map(value_of, records), strict=True)
            events = [(kind, event.get("sharer")) for kind, event in published if event["code"] == code]
            assert len(events) >= count, events
            return events

        return await self.eventually(found, within=20, what=f"{count} events of the code")  # type: ignore[no-any-return]

    @property
    def owner(self) -> dict[str, str]:
        return self.issuer.headers("owner", owner_id=self.owner_id)

    @property
    def own(self) -> str:
        return f"/v1/owner/mini-programs/{self.mini_program_id}/share-codes"

    async def share(self, product_id: str, sharer: str = "", **look: Any) -> tuple[int, Any, Any]:
        path = f"/v1/mini-programs/{self.mini_program_id}/products/{product_id}/share-codes"
        return await self.call(
            "POST", path, self.issuer.viewer(self.mini_program_id, sharer or self.amy), json=look
        )

    async def shared(self, product_id: str, sharer: str = "", **look: Any) -> dict[str, Any]:
        status, share, _ = await self.share(product_id, sharer, **look)
        assert status in (200, 201), share
        return dict(share)

    async def picture(self, address: str) -> tuple[bytes, Any]:
        status, picture, headers = await self.call("GET", address.removeprefix("http://gateway"))
        assert status == 200, picture
        return picture, headers

    async def scan(self, **more: Any) -> tuple[int, Any]:
        status, answer, _ = await self.call(
            "POST", "/v1/scans", self.issuer.headers("host", host_id="host2"), **more
        )
        return status, answer


def png(side: int = 90, color: tuple[int, int, int] = (200, 20, 60)) -> bytes:
    """A plain square picture."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), color).save(out, "PNG")
    return out.getvalue()
