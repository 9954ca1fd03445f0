"""Generations on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from search_support.projected import ProjectedWorld, open_index
from search_support.shops import make_product

from search.adapters.generations import FolderGenerations
from search.application.facts import SearchMade
from search.application.popular_queries import MIN_VIEWERS
from search.domain.documents import Account, MiniProgram

SHOP = MiniProgram("shop00001", "松果小店", frozenset({"app"}), version=1)


def test_an_unreadable_index_is_rebuilt(tmp_path: Path) -> None:
    names = iter(["first", "second"])
    generations = FolderGenerations(tmp_path, open_index, lambda: next(names))
    generations.current().close()
    (tmp_path / "first" / "products" / "meta.json").write_text("{", encoding="utf-8")
    found = generations.current()
    assert (found.name, found.state.offsets()) == ("second", {})
    found.close()


def test_a_restart_continues_with_the_stored_state(tmp_path: Path) -> None:
    def opened() -> tuple[ProjectedWorld, Callable[[], None]]:
        names = iter(["first", "second"])
        found = FolderGenerations(tmp_path, open_index, lambda: next(names)).current()
        return ProjectedWorld(found.index, found.state), found.close

    world, close = opened()
    account = Account("a1", "app", "松果迷", version=1)
    searches = [SearchMade("app", "松果灯", f"v{n}") for n in range(MIN_VIEWERS)]
    lamp = make_product("lamp", SHOP.mini_program_id, "Reading lamp", version=7)
    world.apply(SHOP, lamp, account, *searches, offsets={("products", 3): 8, ("accounts", 0): 1})
    close()
    world, close = opened()
    assert world.projection.state.offsets() == {("products", 3): 8, ("accounts", 0): 1}
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    assert world.library.accounts.by_id["a1"] == account
    assert world.library.directory.programs[SHOP.mini_program_id] == SHOP
    assert world.library.popular.find("app", "松") == ["松果灯"]
    world.apply(replace(lamp, title="Older", version=6))
    assert world.found("lamp") == [("Reading lamp", 1000, True)]
    close()
