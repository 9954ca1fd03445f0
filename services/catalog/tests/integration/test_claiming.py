"""SKUs that two calls claim at the same moment."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio
from catalog_support.warehouse import RECORDER

from catalog.adapters.mongo_owner_stock import MongoOwnerStock
from catalog.domain.errors import Refused
from runtime.mongo.client import Database, connect, database


class Late(MongoOwnerStock):
    """Looks for SKUs, and inserts them only after another call has."""

    def __init__(self, db: Database, other_product: str) -> None:
        super().__init__(db, RECORDER)
        self._other = MongoOwnerStock(db, RECORDER)
        self._other_product: str | None = other_product

    async def _claimed(self, product_id: str, mini_program_id: str, sku_ids: Iterable[str]) -> set[str]:
        found = await super()._claimed(product_id, mini_program_id, sku_ids)
        if self._other_product is not None:
            other, self._other_product = self._other_product, None
            await self._other.claim(other, mini_program_id, dict.fromkeys(sku_ids, 5))
        return found


@pytest_asyncio.fixture
async def db(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Database]:
    client = connect(mongodb_uri)
    yield database(client, f"{module_prefix}catalog")
    await client.close()


async def test_the_same_product_sent_twice_at_once_is_no_conflict(db: Database) -> None:
    sku_id = secrets.token_hex(6)
    await Late(db, "p1").claim("p1", "shop0001", {sku_id: 5, sku_id + "b": 5})
    document = await db["stock"].find_one({"_id": sku_id})
    assert document is not None
    assert (document["product_id"], document["available"]) == ("p1", 5)


async def test_a_sku_that_another_product_took_in_between_is_taken(db: Database) -> None:
    with pytest.raises(Refused) as refused:
        await Late(db, "p2").claim("p1", "shop0001", {secrets.token_hex(6): 5})
    assert refused.value.code == "sku_taken"
