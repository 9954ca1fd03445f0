"""Keys of names that an older version stored are brought up to date."""

from __future__ import annotations

import secrets

from catalog_support.shop import Shop

from alike.names import name_key
from catalog.adapters.mongo_owners import MongoOwners


async def test_an_owner_with_a_key_of_an_older_version_is_found_after_the_start(shop: Shop) -> None:
    name = f"Cloud {secrets.token_hex(4)}"
    await shop.tell_owner(kind="brand")
    documents = shop.service.db["owners"]
    old = {"$set": {"name": name, "name_key": "old"}, "$unset": {"key_edition": ""}}
    await documents.update_one({"_id": shop.owner_id}, old)
    owners = MongoOwners(shop.service.db)
    assert await owners.brands([name_key(name)], ()) == []
    await owners.prepare()
    assert [brand.name for brand in await owners.brands([name_key(name)], ())] == [name]
