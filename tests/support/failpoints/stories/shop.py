"""A mini program with one product, and a buyer, for one story alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from support.failpoints.world import World

PRICE, STOCK = 9_900, 10
TERMS = {"platform_bp": 300, "creator_bp": 700}
ADDRESS = {"recipient": "Kai", "phone": "13700000000", "region": "Sichuan", "street": "Lane 5"}


@dataclass(frozen=True)
class Shop:
    """Its ids, and the headers of its owner and of one buyer."""

    world: World
    mini_program_id: str
    product_id: str
    sku_id: str
    owner_id: str
    owner: dict[str, str]
    buyer: dict[str, str]
    ops: dict[str, str]

    @property
    def openid(self) -> str:
        return f"openid-{self.product_id.removeprefix('p-')}"

    @property
    def program_path(self) -> str:
        return f"/v1/owner/mini-programs/{self.mini_program_id}"

    @property
    def product_path(self) -> str:
        return f"{self.program_path}/products/{self.product_id}"

    @property
    def orders_path(self) -> str:
        return f"/v1/mini-programs/{self.mini_program_id}/orders"

    async def put_live(self, **changes: Any) -> Any:
        """Put a live version of the mini program, as an operator."""
        path = f"/v1/ops/mini-programs/{self.mini_program_id}"
        body = program_body() | {"owner_id": self.owner_id} | changes
        return await self.world.call("catalog", "PUT", path, body, headers=self.ops)

    async def list_product(self, **changes: Any) -> Any:
        """List or change the product."""
        body = product_body(self.sku_id) | changes
        return await self.world.call("catalog", "PUT", self.product_path, body, headers=self.owner)

    async def stock(self) -> dict[str, int]:
        """The SKU's stock as catalog answers it."""
        found = await self.world.call(
            "catalog", "GET", f"/v1/owner/skus/{self.sku_id}/stock", headers=self.owner
        )
        return {name: found[name] for name in ("available", "reserved", "sold", "adjusted")}

    async def place(self, quantity: int = 1, **changes: Any) -> dict[str, Any]:
        """Place an order, twice with the same key: both answers are the same order."""
        body = {"lines": [{"sku_id": self.sku_id, "quantity": quantity}], "address": ADDRESS} | changes
        key = secrets.token_hex(8)
        orders = [
            await self.world.call("checkout", "POST", self.orders_path, body, headers=self.buyer, key=key)
            for _ in range(2)
        ]
        assert orders[0]["order_id"] == orders[1]["order_id"]
        return dict(orders[0])

    async def order(self, order_id: str) -> dict[str, Any]:
        path = f"{self.orders_path}/{order_id}"
        return dict(await self.world.call("checkout", "GET", path, headers=self.buyer))

    async def until_status(self, order_id: str, status: str) -> dict[str, Any]:
        """The order once it has this status."""

        async def reached() -> dict[str, Any]:
            order = await self.order(order_id)
            assert order["status"] == status, order
            return order

        return dict(await self.world.until(reached, f"{order_id} is {status}"))

    async def link(self, order_id: str) -> str:
        """Where the order is paid, once that is known."""

        async def known() -> str:
            payment = (await self.order(order_id))["payment"]
            assert payment is not None
            return str(payment["cashier_url"])

        return str(await self.world.until(known, f"{order_id} can be paid"))

    async def pay(self, order_id: str) -> None:
        """Its buyer pays; that it is paid already is an answer too."""
        await self.pay_link(await self.link(order_id))

    async def pay_link(self, link: str, or_codes: tuple[str, ...] = ()) -> Any:
        return await self.world.call(
            "alipay_sandbox", "POST", "/sandbox/pay", {"cashier_url": link},
            or_codes={"ACQ.TRADE_HAS_SUCCESS", *or_codes},
        )  # fmt: skip

    async def buy(self, quantity: int = 1) -> str:
        """A paid order, sold from the stock and posted in the ledger; its id."""
        order_id = str((await self.place(quantity))["order_id"])
        await self.pay(order_id)
        await self.until_status(order_id, "paid")
        await self.until_posted(order_id, 1)
        return order_id

    async def ship(self, order_id: str) -> None:
        """All goods are sent in one parcel."""
        parcel = {"carrier": "SF", "tracking_number": "SF1"}
        await self.world.call(
            "checkout", "POST", f"/v1/owner/orders/{order_id}/shipments", parcel, headers=self.owner,
            or_codes={"refused"},
        )  # fmt: skip

    async def until_posted(self, order_id: str, postings: int) -> None:
        """The ledger has just so many postings of the order, each of which sums to zero."""

        async def posted() -> bool:
            found = await self.world.db("payment")["ledger"].find({"order_id": order_id}).to_list()
            assert all(sum(leg["amount"] for leg in posting["legs"]) == 0 for posting in found), found
            assert len(found) == postings, found
            return True

        await self.world.until(posted, f"{postings} posting(s) of {order_id}")

    async def until_stock(self, *, available: int, reserved: int = 0, sold: int = 0) -> None:
        """The stock adds up to just this."""

        async def adds_up() -> bool:
            stock = await self.stock()
            seen = (stock["available"], stock["reserved"], stock["sold"])
            assert seen == (available, reserved, sold), stock
            return True

        await self.world.until(adds_up, f"available {available}, reserved {reserved}, sold {sold}")

    async def at_alipay(self, order_id: str) -> dict[str, Any]:
        """The trade as Alipay has it."""
        return dict(await self.world.call("alipay_sandbox", "GET", f"/sandbox/trades/{order_id}"))

    async def until_published(self, topic: str, order_id: str, *types: str) -> None:
        """These events of the order are on the topic, each just once and in this order."""

        async def are_there() -> bool:
            published = await self.world.published(topic, order_id=order_id)
            assert [kind for kind in published if kind in types] == list(types), published
            return True

        await self.world.until(are_there, f"{', '.join(types)} of {order_id}")


def program_body() -> dict[str, Any]:
    return {
        "owner_name": "Ink", "owner_kind": "brand", "name": "Ink", "category": "tea", "logo_url": "https://pictures.example/a.png",
        "hosts": ["host1"], "categories": [{"category_id": "tea", "name": "Tea"}], "terms": TERMS,
    }  # fmt: skip


def product_body(sku_id: str) -> dict[str, Any]:
    price = {"amount": PRICE, "currency": "CNY"}
    return {
        "title": "Tea", "category_id": "tea", "images": ["https://pictures.example/a.png"],
        "skus": [{"sku_id": sku_id, "price": price, "initial_stock": STOCK}],
    }  # fmt: skip


def new_shop(world: World) -> Shop:
    """Ids that nothing has used."""
    name = secrets.token_hex(5)
    owner_id, mini_program_id = f"o-{name}", f"m{name}"
    return Shop(
        world,
        mini_program_id,
        f"p-{name}",
        f"s-{name}",
        owner_id,
        world.issuer.headers("owner", owner_id=owner_id),
        world.issuer.viewer(mini_program_id, f"openid-{name}", viewer=f"viewer-{name}"),
        world.issuer.headers("ops"),
    )


async def open_shop(world: World) -> Shop:
    """A published mini program with a product on sale, of which the other services know."""
    shop = new_shop(world)
    await shop.put_live()
    await shop.list_product()
    known = [
        ("checkout", "products", shop.product_id),
        ("checkout", "mini_programs", shop.mini_program_id),
        ("sharecode", "products", shop.product_id),
        ("sharecode", "mini_programs", shop.mini_program_id),
        ("payment", "mini_programs", shop.mini_program_id),
        ("identity", "programs", shop.mini_program_id),
    ]

    async def all_know() -> bool:
        for service, collection, document_id in known:
            assert await world.db(service)[collection].find_one({"_id": document_id}), (service, collection)
        return True

    await world.until(all_know, "every service knows the shop")
    return shop
