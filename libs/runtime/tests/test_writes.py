"""Inserting under natural keys: a repeat is not an error, everything else is."""

from __future__ import annotations

import pytest
from pymongo.errors import BulkWriteError

from runtime.errors import is_unavailable
from runtime.mongo.writes import DUPLICATE_KEY, KeyTaken, insert_each, insert_new

NOT_DURABLE = 64


class Answering:
    """A collection whose server answers a bulk insert with these codes."""

    def __init__(self, *, writes: list[int], durability: list[int], key: str = "_id") -> None:
        self._details = {
            "nInserted": 1,
            "writeErrors": [{"code": code, "index": 0, "keyPattern": {key: 1}} for code in writes],
            "writeConcernErrors": [{"code": code} for code in durability],
        }

    async def insert_many(self, documents, *, ordered, session=None):
        raise BulkWriteError(self._details)


async def test_an_existing_document_is_not_an_error():
    assert await insert_new(Answering(writes=[DUPLICATE_KEY], durability=[]), [{"_id": 1}, {"_id": 2}]) == [
        False,
        True,
    ]


async def test_an_insert_that_is_not_durable_is_an_error_even_next_to_a_repeat():
    with pytest.raises(BulkWriteError) as raised:
        await insert_new(
            Answering(writes=[DUPLICATE_KEY], durability=[NOT_DURABLE]), [{"_id": 1}, {"_id": 2}]
        )
    assert is_unavailable(raised.value)


async def test_a_refused_document_is_an_error():
    with pytest.raises(BulkWriteError) as raised:
        await insert_new(Answering(writes=[121], durability=[]), [{"_id": 1}])
    assert not is_unavailable(raised.value)


async def test_a_document_that_another_unique_index_refuses_is_an_error():
    with pytest.raises(KeyTaken, match="trade_no"):
        await insert_new(Answering(writes=[DUPLICATE_KEY], durability=[], key="trade_no"), [{"_id": 1}])


async def test_one_document_that_a_unique_index_refuses_keeps_no_other_out():
    refusing = Answering(writes=[DUPLICATE_KEY], durability=[], key="trade_no")
    taken, inserted = await insert_each(refusing, [{"_id": 1}, {"_id": 2}])
    assert isinstance(taken, KeyTaken)
    assert inserted is True
