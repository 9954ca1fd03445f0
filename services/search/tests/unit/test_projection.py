"""The projection, with facts in any order and any number of times."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from search_support.projected import ProjectedWorld, open_index
from search_support.shops import make_product

from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.generations import FolderGenerations
from search.adapters.sqlite_state import SqliteState
from search.application.facts import Fact, SearchMade, StockLevel
from search.application.popular_queries import MIN_VIEWERS
from search.application.ports import IndexUnavailable
from search.application.suggesting import suggest
from search.domain.documents import MiniProgram

SHOP = MiniProgram("shop00001", "松果小店", frozenset({"app"}), version=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ProjectedWorld]:
    generation = FolderGenerations(tmp_path, open_index, lambda: "g1").current()
    yield ProjectedWorld(generation.index, generation.state)
    generation.close()


def test_any_order_of_product_and_mini_program_and_stock_ends_the_same(tmp_path: Path) -> None:
    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", 900, version=3)
    facts: list[Fact] = [
        SHOP,
        lamp,
        replace(lamp, title="Old lamp", version=2),
        StockLevel("lamp-s", "lamp", 5, 0),
    ]
    for at, order in enumerate(itertools.permutations(facts)):
        folder = tmp_path / str(at)
        folder.mkdir()
        state = SqliteState(folder)
        world = ProjectedWorld(TantivyIndex(), state)
        for fact in order:
            world.apply(fact)
        assert world.found("lamp") == [("Reading lamp", 900, False)], order
        state.close()


def test_all_in_one_batch_ends_the_same(world: ProjectedWorld) -> None:
    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", 900, version=3)
    world.apply(StockLevel("lamp-s", "lamp", 5, 0), lamp, replace(lamp, version=2, title="Old lamp"), SHOP)
    assert world.found("lamp") == [("Reading lamp", 900, False)]


def test_applying_facts_again_changes_nothing(world: ProjectedWorld) -> None:
    facts: list[Fact] = [
        SHOP,
        make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=1),
        StockLevel("lamp-s", "lamp", 1, 3),
    ]
    for _ in range(3):
        world.apply(*facts)
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.library.index.size == 1


def test_stock_comes_and_goes(world: ProjectedWorld) -> None:
    world.apply(SHOP, make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=1))
    for version, left in [(1, 4), (2, 0), (3, 2), (2, 0)]:
        world.apply(StockLevel("lamp-s", "lamp", version, left))
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    world.apply(StockLevel("lamp-s", "lamp", 4, 0))
    assert world.found("lamp") == [("Reading lamp", 1000, False)]


def test_delisting_is_final_for_older_events(world: ProjectedWorld) -> None:
    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=1)
    world.apply(SHOP, lamp)
    world.apply(replace(lamp, listed=False, version=3))
    assert world.found("lamp") == []
    world.apply(replace(lamp, version=2), StockLevel("lamp-s", "lamp", 9, 9))
    assert world.found("lamp") == []
    world.apply(replace(lamp, version=4))
    assert len(world.found("lamp")) == 1


def test_suspension_hides_all_products_without_touching_them(world: ProjectedWorld) -> None:
    world.apply(
        SHOP, *(make_product(f"lamp{n}", SHOP.mini_program_id, f"Lamp {n}", version=1) for n in range(50))
    )
    changes = world.projection.apply([replace(SHOP, published=False, version=2)], {})
    assert changes.products == 0
    world.projection.make_visible(changes)
    assert world.found("lamp") == []
    world.apply(replace(SHOP, version=1))
    assert world.found("lamp") == []


def test_a_failure_between_index_and_state_loses_nothing(
    world: ProjectedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=1)
    with monkeypatch.context() as patch:

        def broken(_: object) -> None:
            raise OSError("disk full")

        patch.setattr(world.projection.state, "put_offsets", broken)
        with pytest.raises(OSError, match="disk full"):
            world.projection.apply([SHOP, lamp], {("products", 0): 1})
    assert world.projection.state.offsets() == {}
    world.apply(SHOP, lamp, offsets={("products", 0): 1})
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.library.index.size == 1


def test_a_query_of_one_viewer_is_never_suggested(world: ProjectedWorld) -> None:
    world.apply(*(SearchMade("app", "Secret gift", "v1") for _ in range(50)))
    world.apply(*(SearchMade("app", "secret gift", f"v{n}") for n in range(MIN_VIEWERS - 1)))
    assert suggest(world.library, "app", "secret", 10) == []
    world.apply(SearchMade("app", "secret gift", "one-more"))
    assert [s.text for s in suggest(world.library, "app", "secret", 10)] == ["secret gift"]
    assert suggest(world.library, "news", "secret", 10) == []


def test_personal_queries_are_never_counted(world: ProjectedWorld) -> None:
    world.apply(*(SearchMade("app", "138 0013 8000", f"v{n}") for n in range(50)))
    assert world.projection.state.popular_queries() == []


def test_a_failed_refresh_is_repeated_by_the_next_attempt(
    world: ProjectedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> None:
        raise IndexUnavailable("no answer")

    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=1)
    with monkeypatch.context() as patch:
        patch.setattr(world.library.index, "refresh", unavailable)
        with pytest.raises(IndexUnavailable):
            world.apply(SHOP, lamp)
    world.apply(SHOP, lamp)
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
