"""A running payment service with everything around it: checkout's events, the buyer, Alipay's signature."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from contracts.catalog import MiniProgramPublished, Owner, StockLine, StockReserved
from contracts.checkout import (
    Attribution,
    OrderCloseRequested,
    OrderCompleted,
    OrderLine,
    OrderPlaced,
    RefundApproved,
)
from contracts.event import Event
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.tokens.order_seals import sealed
from payment.adapters.alipay.keys import SigningKey
from payment.adapters.alipay.wire import notice_content
from runtime.clock import system_clock
from runtime.outbox.recorder import direct_record
from runtime.service import Service
from support.eventually import eventually
from support.issuer import Issuer

SHOP = "demoshop01"
ORDER_SECRET = secrets.token_hex(32)
"""Shared by checkout and payment."""


def reserved(order: OrderPlaced) -> StockReserved:
    """Catalog's event for an order whose stock is held."""
    lines = tuple(StockLine(sku_id=line.sku_id, quantity=line.quantity) for line in order.lines)
    return StockReserved(
        version=1, order_id=order.order_id, mini_program_id=order.mini_program_id, lines=lines, order=order
    )


def payments_path(order: OrderPlaced) -> str:
    """Where a buyer asks for another way to pay."""
    return f"/v1/mini-programs/{order.mini_program_id}/orders/{order.order_id}/payments"


def signature(key: SigningKey, form: dict[str, str], charset: str = "utf-8") -> str:
    """The signature of a notice that is sent in this charset."""
    return key.sign_bytes(notice_content({name: value.encode(charset) for name, value in form.items()}))


class ShiftedClock:
    """The machine's time, moved by `shift`."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def __call__(self) -> datetime:
        return system_clock() + self.shift


@dataclass
class Till:
    """Payment and the sandbox. `published` is every event that payment published, each once."""

    service: Service
    sandbox: str
    http: aiohttp.ClientSession
    issuer: Issuer
    prefix: str
    clock: ShiftedClock
    alipay_key: SigningKey
    published: list[Event] = field(default_factory=list)

    def placed(
        self,
        *,
        amount: int = 12900,
        expires_in: float = 900,
        platform_bp: int = 500,
        creator_bp: int = 1000,
        creator_id: str | None = None,
        product: str = "wap",
        openid: str = "o-buyer",
        **more: Any,
    ) -> OrderPlaced:
        """A new order, as checkout publishes it."""
        now = self.clock()
        line = OrderLine(
            sku_id="sku-1", product_id="p-1", title="葡萄酒 Wine", unit_price=cny(amount), quantity=1,
            line_total=cny(amount), product_version=1,
            terms=CommissionTerms(platform_bp=platform_bp, creator_bp=creator_bp, terms_version=1),
        )  # fmt: skip
        order = OrderPlaced.model_validate(
            {
                "version": 1, "order_id": f"{SHOP}_{secrets.token_hex(13)}", "mini_program_id": SHOP, "at": now,
                "host_id": "host-1", "openid": openid, "region": "浙江", "lines": [line], "total": cny(amount),
                "attribution": Attribution(surface="video_anchor", creator_id=creator_id), "merchant": "default",
                "payment_product": product, "subject": "葡萄酒 & Wine +1 100%", "expires_at": now + timedelta(seconds=expires_in),
                **more,
            }
        )  # fmt: skip
        return sealed(order, ORDER_SECRET)

    async def open_shop(self, owner_id: str = "owner-1") -> None:
        """Catalog tells who owns the shop."""
        await self.publish(
            MiniProgramPublished(
                version=2, mini_program_id=SHOP, name="Demo", category="e_commerce", logo_url="/media/l.png",
                owner=Owner(owner_id=owner_id, name="O", kind="brand"), hosts=("host-1",), state="published",
                terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
            )
        )  # fmt: skip
        await eventually(lambda: self.service.db["mini_programs"].find_one({"_id": SHOP}))

    async def publish(self, *events: Event) -> None:
        """Publish events in the name of checkout or catalog."""
        at = system_clock()
        await self.service.publisher.publish(
            [direct_record(e, event_id=secrets.token_hex(8), at=at, prefix=self.prefix) for e in events]
        )

    async def reserve(self, *orders: OrderPlaced) -> None:
        """Publish that the stock of these orders is held."""
        await self.publish(*map(reserved, orders))

    async def open(self, **order: Any) -> tuple[OrderPlaced, str]:
        """An order whose stock is held, with its cashier link or order string."""
        placed = self.placed(**order)
        await self.reserve(placed)
        [requested] = await self.wait_for(placed.order_id, "PaymentRequested")
        return placed, requested.cashier_url or requested.order_string

    async def request_close(
        self, order: OrderPlaced, reason: str = "cancelled_by_buyer", *, link_given: bool = True
    ) -> None:
        await self.publish(
            OrderCloseRequested.model_validate(
                {
                    "version": 3, "order_id": order.order_id, "mini_program_id": SHOP, "at": self.clock(),
                    "reason": reason, "expires_at": order.expires_at, "link_given": link_given,
                }
            )
        )  # fmt: skip

    async def receive(self, *orders: OrderPlaced) -> None:
        """The buyers have received the goods; wait until their postings are due."""
        await self.publish(
            *(
                OrderCompleted(version=6, order_id=order.order_id, mini_program_id=SHOP, at=self.clock())
                for order in orders
            )
        )
        ids = [order.order_id for order in orders]

        async def known() -> bool:
            received = await self.service.db["receipts"].count_documents({"_id": {"$in": ids}})
            waiting = {"order_id": {"$in": ids}, "due": {"$exists": False}}
            return received == len(ids) and not await self.service.db["ledger"].count_documents(waiting)

        await eventually(known, 15, f"receipts of {ids}")

    async def approve_refund(self, order: OrderPlaced, amount: int, refund_id: str = "") -> str:
        refund_id = refund_id or f"r{secrets.token_hex(8)}"
        await self.publish(
            RefundApproved(
                version=5, order_id=order.order_id, mini_program_id=SHOP, at=self.clock(),
                refund_id=refund_id, amount=cny(amount),
            )
        )  # fmt: skip
        return refund_id

    def events_of(self, order_id: str, *types: str) -> list[Any]:
        """What payment has published about an order so far."""
        return [
            event
            for event in self.published
            if getattr(event, "order_id", None) == order_id and (not types or type(event).__name__ in types)
        ]

    async def wait_for(self, order_id: str, event: str, count: int = 1, within: float = 15) -> list[Any]:
        """Wait until payment has published `count` events of this type about the order."""
        await eventually(
            lambda: len(self.events_of(order_id, event)) >= count,
            within,
            f"{count} {event} of {order_id}; published: {[type(e).__name__ for e in self.events_of(order_id)]}",
        )
        return self.events_of(order_id, event)

    async def paid(self, **order: Any) -> OrderPlaced:
        """An order that was paid and settled."""
        placed, link = await self.open(**order)
        status, body = await self.pay(link)
        assert status == 200, body
        await self.wait_for(placed.order_id, "PaymentSettled")
        return placed

    async def pay(self, link: str, **more: Any) -> tuple[int, Any]:
        """The buyer pays at the sandbox."""
        means = "cashier_url" if link.startswith("http") else "order_string"
        return await self.call_sandbox("POST", "/sandbox/pay", {means: link, **more})

    async def fault(self, fault: str, count: int = 1, **more: Any) -> None:
        """Let the sandbox fail."""
        status, body = await self.call_sandbox(
            "POST", "/sandbox/faults", {"fault": fault, "count": count, **more}
        )
        assert status < 300, body

    async def call_sandbox(self, method: str, path: str, json: Any = None) -> tuple[int, Any]:
        async with self.http.request(method, self.sandbox + path, json=json) as answer:
            return answer.status, await answer.json(content_type=None)

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        async with self.http.request(method, self.service.url + path, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def notify(self, body: bytes | dict[str, str], charset: str = "; charset=utf-8") -> str:
        """Payment's answer to a notice; `charset` is what the header says of it."""
        body = urlencode(body).encode() if isinstance(body, dict) else body
        headers = {"Content-Type": f"application/x-www-form-urlencoded{charset}"}
        url = f"{self.service.url}/v1/payments/alipay/notify"
        async with self.http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    def notice(self, order: OrderPlaced, **fields: str) -> dict[str, str]:
        """The signed fields of Alipay's notice that the order is paid, without the empty ones."""
        amount = f"{order.total.amount // 100}.{order.total.amount % 100:02d}"
        form = {
            "notify_type": "trade_status_sync", "notify_id": secrets.token_hex(16), "notify_time": "2026-11-22 12:00:01",
            "app_id": "2021000000000001", "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
            "trade_no": f"2026{order.order_id[-24:]}", "out_trade_no": order.order_id, "seller_id": "2088000000000001",
            "trade_status": "TRADE_SUCCESS", "total_amount": amount, "subject": order.subject,
            "gmt_payment": "2026-11-22 12:00:00", "fund_bill_list": '[{"amount":"1.00","fundChannel":"ALIPAYACCOUNT"}]',
        } | fields  # fmt: skip
        form = {name: value for name, value in form.items() if value}
        return form | {"sign": signature(self.alipay_key, form)}

    async def postings(self, order_id: str) -> dict[str, dict[str, int]]:
        """The ledger's postings of an order: amount by account, by posting id."""
        found = self.service.db["ledger"].find({"order_id": order_id})
        return {p["_id"]: {leg["account"]: leg["amount"] for leg in p["legs"]} async for p in found}

    async def posted(self, order_id: str, posting_id: str, within: float = 15) -> dict[str, int]:
        """Wait for a posting."""
        await eventually(lambda: self._has_posting(order_id, posting_id), within, f"posting {posting_id}")
        return (await self.postings(order_id))[posting_id]

    async def _has_posting(self, order_id: str, posting_id: str) -> bool:
        return posting_id in await self.postings(order_id)

    async def trade(self, order_id: str) -> dict[str, Any]:
        """The trade's document."""
        return await self.service.db["trades"].find_one({"_id": order_id}) or {}

    async def close_requested(self, order_id: str) -> bool:
        return "close_reason" in await self.trade(order_id)

    async def is_idle(self, order_id: str) -> bool:
        """Whether payment is done with calling the provider about the trade."""
        return "due_at" not in await self.trade(order_id)
