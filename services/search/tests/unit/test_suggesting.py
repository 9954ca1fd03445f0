"""Suggestions while typing."""

from __future__ import annotations

import pytest
from search_support.searching import suggested

from search.application.library import Library
from search.application.popular_queries import shareable


@pytest.mark.parametrize("typed", ["蓝", "蓝山", "lansh", "lsy", "blu", "Blue hil", "select"])
def test_a_prefix_suggests_the_mini_program(library: Library, typed: str) -> None:
    assert ("蓝山优选", "mini_program") in suggested(library, typed)


@pytest.mark.parametrize("typed", ["蓝牙耳", "lanya", "lanyaer", "lyej", "bluet", "sport earph"])
def test_a_prefix_suggests_products(library: Library, typed: str) -> None:
    assert ("蓝牙耳机 运动防水", "product") in suggested(library, typed)


def test_nothing_of_another_host_is_suggested(library: Library) -> None:
    assert suggested(library, "隐山") == []
    assert all("history" not in text for text, _ in suggested(library, "history"))


def test_popular_queries_are_suggested_most_popular_first(library: Library) -> None:
    library.popular.put("app", "露营灯", 7)
    library.popular.put("app", "露营椅", 9)
    library.popular.put("news", "露营车", 99)
    assert suggested(library, "露") == [("露营椅", "query"), ("露营灯", "query")]
    assert suggested(library, "luying")[0] == ("露营椅", "query")


@pytest.mark.parametrize(
    "personal", ["13800138000", "call 138 0013 8000", "me@example.com", "a" * 41, " ", "\x00"]
)
def test_a_query_that_could_be_personal_is_never_shared(personal: str) -> None:
    assert shareable(personal) is None
