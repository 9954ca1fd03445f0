"""The parties, made by the promised calls: each world has a host, an owner with a shop in it, and a buyer; nobody else is in it."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from support.callers import SECONDS, Caller, cny
from support.eventually import eventually

ROLES = ("admin", "catalogue", "orders", "finance", "read")
WORLDS, CREATORS = 3, 2


@dataclass
class Party:
    """Somebody with tokens, by role, and the ids that its paths name, by parameter. `marker` is in its own texts only."""

    name: str
    kind: str
    marker: str
    caller: Caller
    members: dict[str, Caller] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """One host, one shop, one buyer, and a creator who may promote the shop."""

    host: Party
    owner: Party
    buyer: Party
    creator: Party | None
    neighbour: Party
    """Another viewer of the same shop."""

    @property
    def parties(self) -> list[Party]:
        """All of them."""
        present = [self.host, self.owner, self.buyer, self.neighbour]
        return present + ([self.creator] if self.creator is not None else [])


@dataclass
class Founder:
    """Makes the parties. `pay_url` is the sandbox's."""

    ops: Caller
    pay_url: str

    async def world(self, number: int) -> World:
        """A world whose texts hold a marker of their own."""
        marker = f"zq{number}{secrets.token_hex(4)}"
        joined = await self.ops.must("POST", "/v1/ops/hosts", {"name": f"WeTalk {marker}"})
        host = await self._party("host", marker, joined)
        host.ids = {"host_id": joined["host_id"]}
        creator = await self._creator(marker) if number < CREATORS else None
        owner = await self._owner(marker)
        await self._shop(owner, host, creator)
        if creator is not None:
            await _video(creator, owner, host)
        buyer = await self._viewer(owner, host, f"{marker}a")
        neighbour = await self._viewer(owner, host, f"{marker}b")
        await self._order(owner, buyer, reviewed=True)
        await self._order(owner, neighbour, reviewed=False)
        shared = ("mini_program_id", "product_id")
        host.ids |= {name: owner.ids[name] for name in shared} | {"code": buyer.ids["code"]}
        if creator is not None:
            host.ids |= {name: creator.ids[name] for name in ("video_id", "anchor_id")}
        return World(host, owner, buyer, creator, neighbour)

    async def _party(self, kind: str, marker: str, joined: dict[str, Any]) -> Party:
        """A party with a member in each role."""
        caller = await self.ops.client(joined)
        party = Party(f"{kind} {marker}", kind, marker, caller)
        path = f"/v1/{kind}/clients"
        for role in ROLES:
            member = await caller.must("POST", path, {"name": f"{role} {marker}", "role": role})
            party.members[role] = await caller.client(member)
            party.ids["client_id"] = member["client_id"]
        return party

    async def operators(self) -> Party:
        """Operators in each role. They may see everything."""
        added = await self.ops.must("POST", "/v1/ops/clients", {"name": "matrix", "role": "admin"})
        return await self._party("ops", "operators", added)

    async def _creator(self, marker: str) -> Party:
        joined = await self.ops.must("POST", "/v1/ops/creators", {"name": f"Lin {marker}"})
        creator = await self._party("creator", marker, joined)
        creator.ids["creator_id"] = joined["creator_id"]
        return creator

    async def _owner(self, marker: str) -> Party:
        contact = {"name": f"Mei {marker}", "email": f"{marker}@hillside.example"}
        wanted = {"name": f"Hillside {marker}", "kind": "brand", "contact": contact}
        joined = await self.ops.with_token(None).must("POST", "/v1/owners", wanted)
        await self.ops.must("POST", f"/v1/ops/owners/{joined['owner_id']}/approval", {})
        owner = await self._party("owner", marker, joined)
        owner.ids["owner_id"] = joined["owner_id"]
        return owner

    async def _shop(self, owner: Party, host: Party, creator: Party | None) -> None:
        """A live shop with a product, a coupon and a picture."""
        by, marker, tea = owner.caller, owner.marker, [{"category_id": "tea", "name": "Tea"}]
        picture = (await by.must("POST", "/v1/owner/media", _png(), Content_Type="image/png"))["url"]
        draft = {
            "name": f"Shop {marker}", "category": "ecommerce", "logo_url": picture,
            "requested_hosts": [host.ids["host_id"]], "categories": tea,
        }  # fmt: skip
        shop = (await by.must("POST", "/v1/owner/mini-programs", draft))["mini_program_id"]
        program = f"/v1/owner/mini-programs/{shop}"
        version = (await by.must("POST", f"{program}/versions", {"note": marker}))["version_id"]
        await self.ops.must("POST", f"/v1/ops/reviews/{version}/approval", {})
        await by.soon("POST", f"{program}/versions/{version}/release")
        sku, product, code = f"s{marker}", f"p{marker}", f"C{marker}".upper()
        skus = [{"sku_id": sku, "price": cny(10_000), "initial_stock": 100}]
        goods = {"title": f"Tea {marker}", "category_id": "tea", "images": [picture], "skus": skus}
        await by.must("PUT", f"{program}/products/{product}", goods)
        window = {"starts": "2020-01-01T00:00:00Z", "ends": "2100-01-01T00:00:00Z"}
        coupon = {"code": code, "amount": cny(100), "stock": 9, "per_viewer": 9} | window
        await by.soon("POST", f"{program}/coupons", coupon)
        invited = [creator.ids["creator_id"]] if creator is not None else []
        await by.must("PUT", f"{program}/promotion", {"who": "invited", "creator_ids": invited})
        hook = {"url": f"https://{marker}.invalid/hook", "events": ["*"]}
        owner.ids["webhook_id"] = (await by.must("POST", "/v1/owner/webhooks", hook))["webhook_id"]
        owner.ids |= {
            "mini_program_id": shop, "product_id": product, "sku_id": sku, "version_id": version, "coupon": code,
            **await _feed(by, program, marker),
        }  # fmt: skip

    async def _viewer(self, owner: Party, host: Party, marker: str) -> Party:
        """A viewer with an address and a shared code."""
        shop, product = owner.ids["mini_program_id"], owner.ids["product_id"]
        visit = {"mini_program_id": shop, "host_user_id": f"user-{marker}", "entry": {"surface": "direct"}}
        opened = await host.caller.soon("POST", "/v1/sessions", visit)
        viewer = Party(f"viewer {marker}", "viewer", marker, host.caller.with_token(opened["session_token"]))
        path = f"/v1/mini-programs/{shop}"
        kept = await viewer.caller.must("POST", f"{path}/account/addresses", address_of(marker))
        code = (await viewer.caller.soon("POST", f"{path}/products/{product}/share-codes", {}))["code"]
        viewer.ids = {
            "mini_program_id": shop, "product_id": product, "address_id": kept["address_id"], "code": code, "sku_id": owner.ids["sku_id"],
            "coupon": owner.ids["coupon"],
        }  # fmt: skip
        return viewer

    async def _order(self, owner: Party, buyer: Party, *, reviewed: bool) -> None:
        """A paid order with a refund that waits; `reviewed` also sent, received and reviewed, which makes it the owner's example."""
        orders, by = f"/v1/mini-programs/{owner.ids['mini_program_id']}/orders", buyer.caller
        lines = [{"sku_id": owner.ids["sku_id"], "quantity": 1}]
        wanted = {"lines": lines, "address": address_of(buyer.marker)}
        order = await by.soon("POST", f"{orders}?wait=10", wanted, Idempotency_Key=secrets.token_hex(8))
        order_id = order["order_id"]

        async def is_now(status: str) -> Any:
            now = await by.must("GET", f"{orders}/{order_id}")
            assert now["status"] == status, now["status"]
            return now

        payable = await eventually(lambda: is_now("awaiting_payment"), SECONDS, "the link")
        link = {"cashier_url": payable["payment"]["cashier_url"]}
        async with by.http.post(self.pay_url, json=link) as paid:
            assert paid.status < 300, await paid.text()
        await eventually(lambda: is_now("paid"), SECONDS, "the paid order")
        asked = {"amount": cny(100), "reason": f"dent {buyer.marker}"}
        key = secrets.token_hex(8)
        order = await by.must("POST", f"{orders}/{order_id}/refunds", asked, Idempotency_Key=key)
        buyer.ids |= {"order_id": order_id, "refund_id": order["refunds"][0]["refund_id"]}
        if not reviewed:
            return
        own = f"/v1/owner/orders/{order_id}"
        await owner.caller.must("POST", f"{own}/notes", {"text": f"note {owner.marker}"})
        parcel = {"carrier": "sf", "tracking_number": f"SF{owner.marker}"}
        sent = await owner.caller.must("POST", f"{own}/shipments", parcel)
        await by.must("POST", f"{orders}/{order_id}/receipt")
        review = {"sku_id": owner.ids["sku_id"], "rating": 5, "text": "Good."}
        written = await by.must("POST", f"{orders}/{order_id}/reviews", review)
        owner.ids |= {name: buyer.ids[name] for name in ("order_id", "refund_id", "code")}
        owner.ids |= {
            "shipment_id": sent["shipments"][0]["shipment_id"],
            "review_id": written["review_id"],
            "delivery_id": await _delivery(owner),
        }


async def _delivery(owner: Party) -> str:
    """One of the deliveries about the owner's orders."""

    async def listed() -> str:
        found = await owner.caller.must("GET", f"/v1/owner/webhooks/{owner.ids['webhook_id']}/deliveries")
        assert found["items"]
        return str(found["items"][0]["delivery_id"])

    return str(await eventually(listed, SECONDS, "a delivery"))


async def _feed(by: Caller, program: str, marker: str) -> dict[str, str]:
    """A feed with a run that has ended."""
    wanted = {"name": f"Feed {marker}", "format": "csv", "mode": "incremental"}
    feed = f"{program}/feeds/{(await by.soon('POST', f'{program}/feeds', wanted))['feed_id']}"
    run = await by.must("POST", f"{feed}/runs", f"id,title\n{marker},\n".encode(), Content_Type="text/csv")

    async def has_ended() -> Any:
        now = await by.must("GET", f"{feed}/runs/{run['run_id']}")
        assert now["finished_at"], now
        return now

    await eventually(has_ended, SECONDS, "the run of the feed")
    return {"feed_id": run["feed_id"], "run_id": run["run_id"]}


async def _video(creator: Party, owner: Party, host: Party) -> None:
    anchor = {"anchor_id": f"a{creator.marker}", "title": f"Buy {creator.marker}"}
    target = {name: owner.ids[name] for name in ("mini_program_id", "product_id")}
    video = {
        "host_id": host.ids["host_id"], "title": f"Tea {creator.marker}", "creator_name": "Lin", "anchors": [anchor | target],
    }  # fmt: skip
    await creator.caller.soon("PUT", f"/v1/creator/videos/v{creator.marker}", video)
    creator.ids |= {
        "host_id": host.ids["host_id"],
        "video_id": f"v{creator.marker}",
        "anchor_id": anchor["anchor_id"],
    } | target


def address_of(marker: str) -> dict[str, str]:
    """An address with a marker."""
    return {"recipient": "Mei Lin", "phone": "13900001111", "region": "浙江省", "street": f"Lake {marker}"}


def _png() -> bytes:
    picture = io.BytesIO()
    red, green, blue = secrets.token_bytes(3)
    Image.new("RGB", (320, 320), (red, green, blue)).save(picture, "PNG")
    return picture.getvalue()


async def all_worlds(founder: Founder) -> list[World]:
    """Three worlds, one after another: many new clients at once would meet the limit of hashing, which is not what is asked here."""
    return [await founder.world(number) for number in range(WORLDS)]
