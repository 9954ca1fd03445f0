"""What search knows follows the streams, whatever order and however often they tell it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.adapters.generations import Generations
from search.adapters.state import State
from search.application.directory import Accounts, Directory
from search.application.finding import Library, search_column
from search.application.projecting import Fact, Projection, Search, StockLevel
from search.application.results import ProductResult
from search.application.suggesting import ENOUGH_VIEWERS, PopularQueries, suggest
from search.domain.documents import Account, MiniProgram, Product
from search.domain.ranking import RankingRule
from search.engine.tantivy_index import TantivyIndex

Make = Callable[..., Product]
SHOP = MiniProgram("shop00001", "松果小店", frozenset({"app"}), version=1)


class World:
    """A projection with what it answers."""

    def __init__(self, index: TantivyIndex, state: State) -> None:
        rule = RankingRule()
        self.directory, self.accounts, self.popular = (
            Directory(rule),
            Accounts(TantivyIndex()),
            PopularQueries(),
        )
        self.projection = Projection(index, state, self.directory, self.accounts, self.popular)
        self.projection.load()
        self.library = Library(index, state, self.directory, self.accounts, rule)

    def hear(self, *facts: Fact, offsets: dict[tuple[str, int], int] | None = None) -> None:
        self.projection.take_effect(self.projection.apply(facts, offsets or {}))

    def found(self, query: str) -> list[tuple[str, int, bool]]:
        results = search_column(self.library, "app", query, None, 20).results
        cards = [r.card for r in results if isinstance(r, ProductResult)]
        return [(card.title, card.price, card.in_stock) for card in cards]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    generation = Generations(
        tmp_path, lambda folder: TantivyIndex(folder / "products"), lambda: "g1"
    ).current()
    yield World(generation.index, generation.state)  # type: ignore[arg-type]
    generation.close()


def test_any_order_of_product_and_mini_program_and_stock_ends_the_same(tmp_path: Path, make: Make) -> None:
    lamp = make("lamp", SHOP.mini_program_id, "Reading lamp", 900, version=3)
    facts: list[Fact] = [
        SHOP,
        lamp,
        replace(lamp, title="Old lamp", version=2),
        StockLevel("lamp-s", "lamp", 5, 0),
    ]
    for at, order in enumerate(itertools.permutations(facts)):
        folder = tmp_path / str(at)
        folder.mkdir()
        state = State(folder)
        world = World(TantivyIndex(), state)
        for fact in order:
            world.hear(fact)
        assert world.found("lamp") == [("Reading lamp", 900, False)], order
        state.close()


def test_all_in_one_batch_ends_the_same(world: World, make: Make) -> None:
    lamp = make("lamp", SHOP.mini_program_id, "Reading lamp", 900, version=3)
    world.hear(StockLevel("lamp-s", "lamp", 5, 0), lamp, replace(lamp, version=2, title="Old lamp"), SHOP)
    assert world.found("lamp") == [("Reading lamp", 900, False)]


def test_hearing_again_changes_nothing(world: World, make: Make) -> None:
    facts: list[Fact] = [
        SHOP,
        make("lamp", SHOP.mini_program_id, "Reading lamp", version=1),
        StockLevel("lamp-s", "lamp", 1, 3),
    ]
    for _ in range(3):
        world.hear(*facts)
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.projection.index.size == 1


def test_stock_comes_and_goes(world: World, make: Make) -> None:
    world.hear(SHOP, make("lamp", SHOP.mini_program_id, "Reading lamp", version=1))
    for version, left in [(1, 4), (2, 0), (3, 2), (2, 0)]:
        world.hear(StockLevel("lamp-s", "lamp", version, left))
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    world.hear(StockLevel("lamp-s", "lamp", 4, 0))
    assert world.found("lamp") == [("Reading lamp", 1000, False)]


def test_delisting_is_final_for_older_events(world: World, make: Make) -> None:
    lamp = make("lamp", SHOP.mini_program_id, "Reading lamp", version=1)
    world.hear(SHOP, lamp)
    world.hear(replace(lamp, listed=False, version=3))
    assert world.found("lamp") == []
    world.hear(replace(lamp, version=2), StockLevel("lamp-s", "lamp", 9, 9))
    assert world.found("lamp") == []
    world.hear(replace(lamp, version=4))
    assert len(world.found("lamp")) == 1


def test_suspension_hides_all_products_without_touching_them(world: World, make: Make) -> None:
    world.hear(SHOP, *(make(f"lamp{n}", SHOP.mini_program_id, f"Lamp {n}", version=1) for n in range(50)))
    changes = world.projection.apply([replace(SHOP, published=False, version=2)], {})
    assert changes.products == 0
    world.projection.take_effect(changes)
    assert world.found("lamp") == []
    world.hear(replace(SHOP, version=1))
    assert world.found("lamp") == []


def test_a_restart_goes_on_with_what_was_there(tmp_path: Path, make: Make) -> None:
    def opened() -> tuple[World, Callable[[], None]]:
        names = iter(["first", "second"])
        found = Generations(tmp_path, lambda f: TantivyIndex(f / "products"), lambda: next(names)).current()
        return World(found.index, found.state), found.close  # type: ignore[arg-type]

    world, close = opened()
    account = Account("a1", "app", "松果迷", version=1)
    searches = [Search("app", "松果灯", f"v{n}") for n in range(ENOUGH_VIEWERS)]
    lamp = make("lamp", SHOP.mini_program_id, "Reading lamp", version=7)
    world.hear(SHOP, lamp, account, *searches, offsets={("products", 3): 8, ("accounts", 0): 1})
    close()
    world, close = opened()
    assert world.projection.state.offsets() == {("products", 3): 8, ("accounts", 0): 1}
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.accounts.by_id["a1"] == account
    assert world.directory.programs[SHOP.mini_program_id] == SHOP
    assert world.popular.find("app", "松") == ["松果灯"]
    world.hear(replace(lamp, title="Older", version=6))
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    close()


def test_a_failure_between_index_and_state_loses_nothing(
    world: World, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp = make("lamp", SHOP.mini_program_id, "Reading lamp", version=1)
    with monkeypatch.context() as patch:

        def broken(_: object) -> None:
            raise OSError("disk full")

        patch.setattr(world.projection.state, "put_offsets", broken)
        with pytest.raises(OSError, match="disk full"):
            world.projection.apply([SHOP, lamp], {("products", 0): 1})
    assert world.projection.state.offsets() == {}
    world.hear(SHOP, lamp, offsets={("products", 0): 1})
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.projection.index.size == 1


def test_an_unreadable_index_is_made_anew(tmp_path: Path) -> None:
    names = iter(["first", "second"])
    generations = Generations(tmp_path, lambda f: TantivyIndex(f / "products"), lambda: next(names))
    generations.current().close()
    (tmp_path / "first" / "products" / "meta.json").write_text("{")
    found = generations.current()
    assert (found.name, found.state.offsets()) == ("second", {})
    found.close()


def test_a_query_of_one_viewer_is_never_suggested(world: World) -> None:
    world.hear(*(Search("app", "Secret gift", "v1") for _ in range(50)))
    world.hear(*(Search("app", "secret gift", f"v{n}") for n in range(ENOUGH_VIEWERS - 1)))
    assert suggest(world.library, world.popular, "app", "secret", 10) == []
    world.hear(Search("app", "secret gift", "one-more"))
    assert [s.text for s in suggest(world.library, world.popular, "app", "secret", 10)] == ["secret gift"]
    assert suggest(world.library, world.popular, "news", "secret", 10) == []


def test_personal_queries_are_never_counted(world: World) -> None:
    world.hear(*(Search("app", "138 0013 8000", f"v{n}") for n in range(50)))
    assert world.projection.state.popular() == []
