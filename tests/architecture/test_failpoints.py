"""Every place where a process can end between two effects is in the list, with a story that passes it."""

from __future__ import annotations

import ast
import inspect

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection

from support.failpoints.places import MONGODB_WRITES, all_places, places_in, read_list
from support.failpoints.stories import STORIES

READS_AND_SCHEMA = frozenset(
    {
        "aggregate_raw_batches",
        "aggregate",
        "count_documents",
        "create_index",
        "create_indexes",
        "create_search_index",
        "create_search_indexes",
        "distinct",
        "drop_index",
        "drop_indexes",
        "drop_search_index",
        "drop",
        "estimated_document_count",
        "find_one",
        "index_information",
        "list_indexes",
        "list_search_indexes",
        "options",
        "rename",
        "update_search_index",
        "watch",
    }
)
"""Of MongoDB's collections: what changes no document. Nothing in the services drops or renames a collection."""


def test_the_list_names_every_place_of_the_code() -> None:
    assert list(read_list()) == all_places(), "`make failpoints` writes the list"


def test_each_place_has_a_story() -> None:
    without = {place: story for place, story in read_list().items() if story not in STORIES}
    assert without == {}, "name a story of tests/support/failpoints/stories, or write one"


def test_each_story_passes_a_place() -> None:
    assert STORIES.keys() - read_list().values() == set()


def test_every_write_of_the_driver_is_an_effect() -> None:
    calls = {
        name
        for name, member in inspect.getmembers(AsyncCollection, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    assert calls - READS_AND_SCHEMA == MONGODB_WRITES - {"with_transaction"}
    assert hasattr(AsyncClientSession, "with_transaction")


def test_a_new_write_is_a_new_place() -> None:
    planted = "class New:\n    async def store(self):\n        await self._things.insert_one({})\n"
    assert [place for place, _ in places_in(ast.parse(planted), "adapters.new")] == [
        "adapters.new.New.store:insert_one"
    ]


def test_a_write_in_a_batch_is_a_place() -> None:
    planted = (
        "class New:\n"
        "    def __init__(self):\n"
        "        self._add = Batcher[int, bool](self._write)\n"
        "    async def store(self):\n"
        "        await self._add(1)\n"
    )
    assert [place for place, _ in places_in(ast.parse(planted), "adapters.new")] == [
        "adapters.new.New.store:_add"
    ]


def test_a_write_of_a_file_in_mongodb_is_a_place() -> None:
    planted = (
        "from gridfs.asynchronous import AsyncGridFSBucket\n"
        "class New:\n"
        "    async def store(self, file):\n"
        "        await file.write(b'')\n"
    )
    assert [place for place, _ in places_in(ast.parse(planted), "adapters.new")] == [
        "adapters.new.New.store:write"
    ]
