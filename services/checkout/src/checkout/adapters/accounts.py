"""What a viewer keeps in one mini program: addresses, and the products looked at lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo import DESCENDING, UpdateOne

from contracts.engagement import ProductViewed
from runtime.consuming.subscription import Delivery
from runtime.mongo.client import Database, Document

MAX_ADDRESSES = 50
REMEMBERED_VIEWS = 20


class Addresses:
    """Addresses by viewer (openid) and mini program; they leave checkout in no event."""

    def __init__(self, db: Database) -> None:
        self._addresses = db["addresses"]

    async def prepare(self) -> None:
        """Indexes."""
        await self._addresses.create_index(
            [("openid", 1), ("mini_program_id", 1), ("created_at", DESCENDING)]
        )

    async def of(self, mini_program_id: str, openid: str) -> list[Document]:
        """All of a viewer's, newest first."""
        mine = {"openid": openid, "mini_program_id": mini_program_id}
        return await self._addresses.find(mine).sort("created_at", DESCENDING).to_list(MAX_ADDRESSES)

    async def get(self, mini_program_id: str, openid: str, address_id: str) -> Document | None:
        """One of the viewer's own."""
        return await self._addresses.find_one(_own(mini_program_id, openid, address_id))

    async def add(
        self, address_id: str, mini_program_id: str, openid: str, fields: Document, at: datetime
    ) -> None:
        """A new one."""
        await self._addresses.insert_one(
            {**_own(mini_program_id, openid, address_id), **fields, "created_at": at}
        )

    async def change(self, mini_program_id: str, openid: str, address_id: str, fields: Document) -> bool:
        """Other contents; False when there is no such address of this viewer."""
        found = await self._addresses.update_one(_own(mini_program_id, openid, address_id), {"$set": fields})
        return found.matched_count == 1

    async def delete(self, mini_program_id: str, openid: str, address_id: str) -> bool:
        """Forget it; False when there is none."""
        gone = await self._addresses.delete_one(_own(mini_program_id, openid, address_id))
        return gone.deleted_count == 1

    async def only_default(self, mini_program_id: str, openid: str, address_id: str) -> None:
        """No other address of the viewer is the default."""
        others = {"openid": openid, "mini_program_id": mini_program_id, "_id": {"$ne": address_id}}
        await self._addresses.update_many(others, {"$set": {"is_default": False}})


def _own(mini_program_id: str, openid: str, address_id: str) -> Document:
    return {"_id": address_id, "openid": openid, "mini_program_id": mini_program_id}


class Views:
    """The last products that a viewer (a pseudonym) looked at, by mini program."""

    def __init__(self, db: Database) -> None:
        self._views = db["recent_views"]

    async def of(self, mini_program_id: str, viewer: str) -> list[Document]:
        """Newest first: product_id and at."""
        found = await self._views.find_one({"_id": f"{mini_program_id}:{viewer}"})
        return found["products"] if found else []

    async def on_views(self, deliveries: Sequence[Delivery]) -> None:
        """Put what was looked at in front; a repeat changes nothing."""
        seen: dict[str, dict[str, datetime]] = {}
        for delivery in deliveries:
            event: ProductViewed = delivery.event
            if event.mini_program_id is not None:
                products = seen.setdefault(f"{event.mini_program_id}:{event.viewer}", {})
                products.pop(event.product_id, None)
                products[event.product_id] = delivery.envelope.time
        if seen:
            await self._views.bulk_write(
                [_in_front(key, products) for key, products in seen.items()], ordered=False
            )


def _in_front(key: str, products: dict[str, datetime]) -> UpdateOne:
    newest = [{"product_id": product_id, "at": at} for product_id, at in reversed(products.items())]
    earlier = {
        "$filter": {
            "input": {"$ifNull": ["$products", []]}, "as": "p",
            "cond": {"$not": [{"$in": ["$$p.product_id", list(products)]}]},
        }
    }  # fmt: skip
    kept = {"$slice": [{"$concatArrays": [{"$literal": newest}, earlier]}, REMEMBERED_VIEWS]}
    return UpdateOne({"_id": key}, [{"$set": {"products": kept}}], upsert=True)
