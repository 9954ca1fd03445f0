"""Every call of the table that changes something is played, and its entry is in the audit log.

A call that is new in the table is a step that is missing here.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image
from pymongo import AsyncMongoClient

from gateway.calls import Call
from gateway.faults import GONE
from gateway.table import CALLS
from support.access import token_of
from support.eventually import Eventually
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

BY_NAME = {call.name: call for call in CALLS}
FOR_VIEWERS = {"open_session", "click_result", "click_anchor", "scan"}
"""Hosts make these calls for a viewer. They change nothing that belongs to a client."""
PICTURE = "https://pictures.example/tea.png"
ADDRESS = {"recipient": "Mei Lin", "phone": "13900001111", "region": "Hubei", "street": "East Lake 8"}
REASONS = {"reasons": [{"message": "The pictures are another brand's."}]}
CLIENT = {"name": "Till", "role": "orders"}


def changing() -> set[str]:
    """The calls that change something of a client's, with the one that makes an owner's first client."""
    of_clients = {call.name for call in CALLS if _changes(call)}
    return (of_clients | {"register_owner"}) - FOR_VIEWERS


def _changes(call: Call) -> bool:
    return call.method != "GET" and bool(call.scopes - {"viewer"}) and GONE not in call.faults


def product(sku_id: str, **changes: Any) -> dict[str, Any]:
    price = {"amount": 1_200, "currency": "CNY"}
    skus = [{"sku_id": sku_id, "price": price, "initial_stock": 50}]
    return {"title": "Plum tea", "category_id": "tea", "images": [PICTURE], "skus": skus} | changes


@dataclass
class Play:
    """Makes calls by their names, and remembers which."""

    http: aiohttp.ClientSession
    gateway: str
    pay_url: str
    eventually: Eventually
    played: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)

    async def log_in(self, who: str, client: dict[str, Any]) -> None:
        """From now on `who` acts through this client."""
        self.tokens[who] = await token_of(client, self.gateway, self.http)

    async def call(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and JSON of a call."""
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        async with self.http.request(method, self.gateway + path, json=body, headers=headers) as answer:
            is_json = "json" in answer.content_type
            return answer.status, await answer.json() if is_json else await answer.read()

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a call that succeeds, at once or when the other services know what it needs."""

        async def succeeds() -> tuple[int, Any]:
            status, answer = await self.call(who, method, path, body)
            assert status < 300, (method, path, status, answer)
            return status, answer

        return (await self.eventually(succeeds, within=20))[1]

    async def do(self, who: str, name: str, body: Any = None, **path: str) -> Any:
        """Make the call of this name."""
        call = BY_NAME[name]
        self.played.add(name)
        return await self.ask(who, call.method, call.documented_path.format(**path), body)

    async def entry_of(self, name: str) -> dict[str, Any]:
        """The newest entry of this call."""

        async def found() -> dict[str, Any]:
            page = await self.ask("ops", "GET", f"/v1/ops/audit?action={name}&limit=1")
            assert page["items"], f"{name} has no entry"
            return dict(page["items"][0])

        return dict(await self.eventually(found, within=20))


@dataclass
class Shop:
    """What the acts need of each other."""

    owner_id: str
    host_id: str
    creator_id: str
    mini_program_id: str = field(default_factory=lambda: f"plum{secrets.token_hex(4)}")
    product_id: str = field(default_factory=lambda: f"tea-{secrets.token_hex(4)}")
    sku_id: str = field(default_factory=lambda: f"sku-{secrets.token_hex(4)}")

    @property
    def product(self) -> dict[str, str]:
        return {"mini_program_id": self.mini_program_id, "product_id": self.product_id}


@pytest_asyncio.fixture
async def play(platform: Platform, eventually: Eventually) -> AsyncIterator[Play]:
    async with aiohttp.ClientSession() as session:
        demo = platform.demo
        one = Play(session, demo["gateway"], demo["alipay_sandbox"] + "/sandbox/pay", eventually)
        await one.log_in("ops", demo["ops"])
        yield one


async def test_every_changing_call_has_an_entry(play: Play, platform: Platform, mongodb_uri: str) -> None:
    await play_all(play, platform, mongodb_uri)
    assert changing() - play.played == set(), "play these calls too"
    entries = {name: await play.entry_of(name) for name in sorted(play.played)}
    assert all(entry["actor"]["client_id"] and entry["object"]["id"] for entry in entries.values())
    assert not any(text in str(entries) for text in (*ADDRESS.values(), "wei@plum.example", "She likes"))


async def play_all(play: Play, platform: Platform, mongodb_uri: str) -> None:
    """All acts, one after the other."""
    shop = await _partners_join(play)
    await _clients_change(play, shop)
    await _the_shop_opens(play, shop)
    await _goods_are_sold(play, shop)
    await _the_owner_is_told(play, shop)
    await _operators_act_for_the_shop(play, shop)
    await _operators_decide_about_texts(play, shop, mongodb_uri, platform.prefix)
    await _videos_are_made(play, shop)
    await _operators_close_the_day(play, mongodb_uri, platform.prefix)
    await _the_shop_closes(play, shop)


async def _partners_join(play: Play) -> Shop:
    application = {
        "name": f"Plum {secrets.token_hex(4)}", "kind": "brand", "contact": {"name": "Wei", "email": "wei@plum.example"},
    }  # fmt: skip
    registered = await play.do("nobody", "register_owner", application)
    await play.log_in("owner", registered)
    owner = {"owner_id": registered["owner_id"]}
    await play.do("ops", "reject_owner", REASONS, **owner)
    await play.do("owner", "apply_again", application | {"kind": "platform"})
    await play.do("ops", "verify_owner", **owner)
    await play.do("ops", "put_owner", application, owner_id=f"owner-{secrets.token_hex(4)}")
    await play.do("ops", "suspend_owner", REASONS, **owner)
    await play.do("ops", "reinstate_owner", **owner)
    ids = {}
    for kind in ("host", "creator"):
        new = await play.do("ops", f"register_{kind}", {"name": "WeTalk"})
        one = {f"{kind}_id": f"{kind}-{secrets.token_hex(4)}"}
        await play.do("ops", f"put_{kind}", {"name": "WeSing"}, **one)
        await play.do("ops", f"suspend_{kind}", REASONS, **one)
        await play.do("ops", f"reinstate_{kind}", **one)
        await play.log_in(kind, new)
        ids[kind] = new[f"{kind}_id"]
    return Shop(registered["owner_id"], ids["host"], ids["creator"])


async def _clients_change(play: Play, shop: Shop) -> None:
    for scope in ("owner", "host", "creator", "ops"):
        added = await play.do(scope, f"add_{scope}_client", CLIENT)
        await play.do(scope, f"renew_{scope}_secret", {"old_valid_for": 0}, client_id=added["client_id"])
        await play.do(scope, f"remove_{scope}_client", client_id=added["client_id"])
    client = {
        "name": "x",
        "scope": "owner",
        "subject_id": shop.owner_id,
        "client_secret": secrets.token_hex(16),
    }
    await play.do("ops", "put_client", client, client_id=f"client-{secrets.token_hex(4)}")
    account = {"host_id": shop.host_id, "name": "Plum", "kind": "merchant"}
    await play.do("ops", "put_account", account, account_id=f"account-{secrets.token_hex(4)}")


async def _the_shop_opens(play: Play, shop: Shop) -> None:
    draft = {
        "name": f"Plum {secrets.token_hex(4)}", "category": "ecommerce", "logo_url": PICTURE, "requested_hosts": [shop.host_id],
        "categories": [{"category_id": "tea", "name": "Tea"}],
    }  # fmt: skip
    await play.do("host", "put_host_settings", {"accept": "by_hand"})
    program = {"mini_program_id": (await play.do("owner", "start_mini_program", draft))["mini_program_id"]}
    await play.do("owner", "change_mini_program", {"slogan": "Sour and sweet"}, **program)

    testers = {"viewers": [{"host_id": shop.host_id, "host_user_id": "lan"}]}
    await play.do("owner", "put_testers", testers, **program)

    async def submitted() -> dict[str, str]:
        version = await play.do("owner", "submit_version", {"note": ""}, **program)
        return {"version_id": version["version_id"]}

    await play.do("owner", "withdraw_version", **program, **await submitted())
    await play.do("ops", "reject_version", REASONS, **await submitted())
    for n in range(2):
        await play.do("owner", "change_mini_program", {"slogan": f"Edition {n}"}, **program)
        version = await submitted()
        await play.do("ops", "approve_version", **version)
        await play.do("owner", "release_version", **program, **version)
    await play.do("owner", "roll_back_version", **program)
    await play.do("host", "accept_mini_program", {}, **program)
    await play.do("host", "refuse_mini_program", {"reason": "Not now."}, **program)
    live = {
        "owner_id": shop.owner_id, "owner_name": "Plum", "owner_kind": "platform", "name": f"Plum {secrets.token_hex(4)}",
        "category": "ecommerce", "logo_url": PICTURE, "hosts": [shop.host_id], "terms": {"platform_bp": 300, "creator_bp": 500},
        "categories": [{"category_id": "tea", "name": "Tea"}],
    }  # fmt: skip
    own = {"mini_program_id": shop.mini_program_id}
    await play.do("ops", "put_live_mini_program", live, **own)
    terms = {"platform_bp": 400, "exposure_priority": 1, "sponsored": False, "merchant": "default"}
    await play.do("ops", "set_mini_program_terms", terms, **own)


async def _goods_are_sold(play: Play, shop: Shop) -> None:
    own = {"mini_program_id": shop.mini_program_id}
    await _picture_is_uploaded(play)
    await _feeds_are_run(play, own)
    await play.do("owner", "put_product", product(shop.sku_id), **shop.product)
    await play.do("owner", "patch_product", {"title": "Plum tea, new"}, **shop.product)
    await play.do("owner", "adjust_stock", {"available": 40}, sku_id=shop.sku_id)
    now = datetime.now(UTC)
    coupon = {
        "code": "PLUM5", "percent": 5, "stock": 10,
        "starts": now.isoformat(), "ends": (now + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    await play.do("owner", "create_coupon", coupon, **own)
    await play.do("owner", "change_coupon", {"percent": 6}, **own, code="PLUM5")
    await play.do("owner", "end_coupon", **own, code="PLUM5")
    stock = {"items": [{"sku_id": shop.sku_id, "available": 45}]}
    await play.do("owner", "adjust_stock_of_many", stock, **own)
    await play.do("owner", "put_delivery_terms", {"flat": _yuan(5), "free_from": _yuan(10)}, **own)
    await play.do("owner", "put_code_look", {"line_color": "#112233"}, **own)
    visit = {"host_user_id": "u1", "entry": {"surface": "direct"}, **own}
    play.tokens["viewer"] = (await play.ask("host", "POST", "/v1/sessions", visit))["session_token"]
    shared = await play.ask(
        "viewer",
        "POST",
        f"/v1/mini-programs/{shop.mini_program_id}/products/{shop.product_id}/share-codes",
        {},
    )
    await play.do("owner", "withdraw_share_code", code=shared["code"])
    first, second = await _paid_order(play, shop), await _paid_order(play, shop)
    await play.do("owner", "ship_order", {"carrier": "sf", "tracking_number": "SF1234567"}, order_id=first)
    correction = {"order_id": first, "shipment_id": await _parcel_of(play, first)}
    await play.do("owner", "correct_shipment", {"tracking_number": "SF7654321"}, **correction)
    third = await _paid_order(play, shop)
    await play.do("owner", "cancel_for_shop", {"reason": "It is sold out."}, order_id=third)
    await play.do("owner", "refund_order", {"amount": _yuan(1), "reason": "A gift."}, order_id=first)
    await play.do("owner", "add_note", {"text": "She likes plums."}, order_id=first)
    await _goods_are_reviewed(play, shop, first)
    await play.do(
        "owner", "reject_refund", {"reason": "It was opened."}, **await _refund_asked(play, shop, second)
    )
    await play.do("owner", "approve_refund", **await _refund_asked(play, shop, second))


async def _the_owner_is_told(play: Play, shop: Shop) -> None:
    hook = {"url": "https://plum.invalid/hook", "events": ["*"]}
    webhook = {"webhook_id": (await play.do("owner", "create_webhook", hook))["webhook_id"]}
    await play.do("owner", "patch_webhook", {"events": ["order.placed"]}, **webhook)
    await play.do("owner", "renew_webhook_secret", **webhook)
    await play.do("owner", "test_webhook", **webhook)
    since = {"since": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    await play.do("owner", "replay_webhook", since, **webhook)
    deliveries = f"/v1/owner/webhooks/{webhook['webhook_id']}/deliveries?limit=100"
    listed = (await play.ask("owner", "GET", deliveries))["items"]
    placed = next(delivery for delivery in listed if delivery["type"] == "order.placed")
    await play.do("owner", "replay_webhook_delivery", **webhook, delivery_id=placed["delivery_id"])
    await play.do("owner", "delete_webhook", **webhook)


async def _operators_act_for_the_shop(play: Play, shop: Shop) -> None:
    why = {"reason": "The owner asked for it."}
    first, second, third = [await _paid_order(play, shop) for _ in range(3)]
    parcel = {"carrier": "sf", "tracking_number": "SF2345678"} | why
    await play.do("ops", "ship_order_as_operator", parcel, order_id=first)
    correction = {"order_id": first, "shipment_id": await _parcel_of(play, first)}
    await play.do("ops", "correct_shipment_as_operator", {"tracking_number": "SF8765432"} | why, **correction)
    await play.do("ops", "add_note_as_operator", {"text": "She likes tea."} | why, order_id=first)
    await play.do("ops", "refund_order_as_operator", {"amount": _yuan(1)} | why, order_id=first)
    await play.do("ops", "cancel_order_as_operator", why, order_id=second)
    await play.do("ops", "reject_refund_as_operator", why, **await _refund_asked(play, shop, third))
    await play.do("ops", "approve_refund_as_operator", why, **await _refund_asked(play, shop, third))


async def _operators_decide_about_texts(play: Play, shop: Shop, mongodb_uri: str, prefix: str) -> None:
    """Of a product and of a review. They wait as if the provider of the content check had been away."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongodb_uri)
    async with client:
        of_product = {"object_id": shop.product_id}
        waits = {"status": "waiting", "model": "unchecked"}
        await client[f"{prefix}catalog"]["content_checks"].update_one(of_product, {"$set": waits})
        of_review = {"mini_program_id": shop.mini_program_id}
        hidden = {"text.status": "waiting", "is_shown": False, "is_waiting": True}
        await client[f"{prefix}checkout"]["reviews"].update_one(of_review, {"$set": hidden})
    waiting = (await play.ask("ops", "GET", "/v1/ops/content-checks?limit=100"))["items"]
    ids = {
        check["kind"]: check["check_id"]
        for check in waiting
        if check["mini_program_id"] == shop.mini_program_id
    }
    await play.do("ops", "reject_content", REASONS, check_id=ids["product"])
    await play.do("ops", "approve_content", check_id=ids["review"])


async def _refund_asked(play: Play, shop: Shop, order_id: str) -> dict[str, str]:
    path = f"/v1/mini-programs/{shop.mini_program_id}/orders/{order_id}/refunds"
    order = await play.ask("viewer", "POST", path, {"amount": _yuan(2), "reason": "Too sour."})
    return {"order_id": order_id, "refund_id": order["refunds"][-1]["refund_id"]}


async def _parcel_of(play: Play, order_id: str) -> str:
    order = await play.ask("owner", "GET", f"/v1/owner/orders/{order_id}")
    return str(order["shipments"][0]["shipment_id"])


async def _feeds_are_run(play: Play, own: dict[str, str]) -> None:
    """Runs of one mini program come one after another, so the last of them is cancelled before it begins."""
    terms = {"name": "All", "format": "csv", "mode": "full", "url": "https://shop.example/feed.csv"}
    feed = own | {"feed_id": (await play.do("owner", "create_feed", terms, **own))["feed_id"]}
    await play.do("owner", "change_feed", {"name": "Everything"}, **feed)
    runs = [await play.do("owner", "run_feed", **feed) for _ in range(8)]
    await play.do("owner", "cancel_feed_run", **feed, run_id=runs[-1]["run_id"])


async def _picture_is_uploaded(play: Play) -> None:
    for scope, name in (("owner", "upload_picture"), ("creator", "upload_creator_picture")):
        play.played.add(name)
        await _upload(play, scope)


async def _upload(play: Play, scope: str) -> None:
    picture, shades = io.BytesIO(), secrets.token_bytes(3)
    Image.new("RGB", (320, 320), tuple(shades)).save(picture, "PNG")
    headers = {"Authorization": f"Bearer {play.tokens[scope]}", "Content-Type": "image/png"}
    path = f"{play.gateway}/v1/{scope}/media"
    async with play.http.post(path, data=picture.getvalue(), headers=headers) as answer:
        assert answer.status == 201, await answer.text()


async def _goods_are_reviewed(play: Play, shop: Shop, order_id: str) -> None:
    order = f"/v1/mini-programs/{shop.mini_program_id}/orders/{order_id}"
    await play.ask("viewer", "POST", f"{order}/receipt")
    review = {"sku_id": shop.sku_id, "rating": 5, "text": "My aunt loves it."}
    one = {"review_id": (await play.ask("viewer", "POST", f"{order}/reviews", review))["review_id"]}
    await play.do("owner", "answer_review", {"text": "Greetings to her."}, **one)
    await play.do("ops", "hide_review", {"reason": "A complaint."}, **one)
    await play.do("ops", "show_review", {"reason": "It was no use."}, **one)


def _yuan(amount: int) -> dict[str, Any]:
    return {"amount": 100 * amount, "currency": "CNY"}


async def _paid_order(play: Play, shop: Shop) -> str:
    orders = f"/v1/mini-programs/{shop.mini_program_id}/orders"
    body = {"lines": [{"sku_id": shop.sku_id, "quantity": 1}], "address": ADDRESS}
    order = await play.ask("viewer", "POST", f"{orders}?wait=10", body)

    async def with_status(status: str) -> dict[str, Any]:
        now = await play.ask("viewer", "GET", f"{orders}/{order['order_id']}")
        assert now["status"] == status, now
        return dict(now)

    payable = await play.eventually(lambda: with_status("awaiting_payment"), within=20)
    async with play.http.post(
        play.pay_url, json={"cashier_url": payable["payment"]["cashier_url"]}
    ) as answer:
        assert answer.status < 300, await answer.text()
    await play.eventually(lambda: with_status("paid"), within=20)
    return str(order["order_id"])


async def _videos_are_made(play: Play, shop: Shop) -> None:
    promotion = {"who": "invited", "creator_ids": [shop.creator_id]}
    await play.do("owner", "put_promotion", promotion, mini_program_id=shop.mini_program_id)
    video = {"video_id": f"video-{secrets.token_hex(4)}"}
    body = {"host_id": shop.host_id, "title": "Tea at noon", "creator_name": "Lan", "duration_ms": 9_000}
    anchor = {"title": "The tea", **shop.product}
    await play.do("creator", "put_video", body, **video)
    await play.do("creator", "patch_video", {"title": "Tea at dusk"}, **video)
    for title, verdict, reason in (
        ("The best tea", "approve_title", None),
        ("The very best tea", "reject_title", {"reason": "Nobody can know."}),
    ):
        await play.do("creator", "put_anchor", anchor, **video, anchor_id="a1")
        await play.do("creator", "put_anchor", anchor | {"title": title}, **video, anchor_id="a1")
        await play.do("ops", verdict, reason, **video, anchor_id="a1")
    await play.do("creator", "delete_anchor", **video, anchor_id="a1")
    await play.do("creator", "delete_video", **video)


async def _operators_close_the_day(play: Play, mongodb_uri: str, prefix: str) -> None:
    day = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    await play.do("ops", "settle_day", day=day)
    await play.do("ops", "reconcile_day", day=day)
    await play.do("ops", "rebuild_search")
    payout_id = f"payout-{secrets.token_hex(4)}"
    earned = {
        "statement": f"{day}:plum1234:owner:{secrets.token_hex(4)}", "amount": 100, "payee": "owner:o-1", "at": datetime.now(UTC),
    }  # fmt: skip
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongodb_uri)
    async with client:
        payouts = client[f"{prefix}payment"]["payouts"]
        await payouts.insert_one({"_id": payout_id, "version": 1, **earned})
        await play.do("ops", "settle_payout", {"reference": "B-1"}, payout_id=payout_id)
        await payouts.delete_one({"_id": payout_id})
        await _the_owner_pays_what_is_owed(play, client[f"{prefix}payment"])


async def _the_owner_pays_what_is_owed(play: Play, payment: Any) -> None:
    owner_id, mini_program_id = f"owner-{secrets.token_hex(4)}", f"plum{secrets.token_hex(4)}"
    owed = {
        "mini_program_id": mini_program_id,
        "account": f"owner:{mini_program_id}",
        "number": 1,
        "day": "2026-11-01",
    }
    await payment["mini_programs"].insert_one({"_id": mini_program_id, "version": 1, "owner_id": owner_id})
    await payment["statements"].insert_one({"_id": secrets.token_hex(8), **owed, "closing": -100, "paid": 0})
    transfer = {
        "amount": {"amount": 100, "currency": "CNY"},
        "reference": secrets.token_hex(8),
        "paid_on": "2026-11-01",
    }
    await play.do("ops", "record_owner_payment", transfer, owner_id=owner_id)
    await payment["statements"].delete_one(owed)
    await payment["mini_programs"].delete_one({"_id": mini_program_id})


async def _the_shop_closes(play: Play, shop: Shop) -> None:
    own = {"mini_program_id": shop.mini_program_id}
    await play.do("owner", "delist_product", **shop.product)
    await play.do("ops", "suspend_mini_program", {"reason": "A complaint."}, **own)
    await play.do("ops", "reinstate_mini_program", **own)
