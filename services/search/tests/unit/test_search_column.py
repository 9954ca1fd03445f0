"""The order of the search column, and what each host sees in it."""

from __future__ import annotations

import pytest
from search_support.engines import IndexProducts
from search_support.searching import column, ids
from search_support.shops import make_product

from search.application.library import Library
from search.application.results import AccountResult, ProductResult, ProgramResult
from search.application.search_store import search_store
from search.domain.documents import Account, MiniProgram
from search.domain.errors import MiniProgramNotFound
from search.domain.queries import Filters
from search.domain.ranking import RankingRule


@pytest.mark.parametrize(
    "query", ["蓝山优选", "Blue Hill Select", "lanshanyouxuan", "blue hil select", "蓝山优选 电饭煲"]
)
def test_the_named_mini_program_comes_first_then_its_products_then_the_rest(
    library: Library, query: str
) -> None:
    page = column(library, query)
    assert isinstance(page.results[0], ProgramResult)
    assert page.results[0].program.mini_program_id == "lanshan01"
    assert page.results[0].why.startswith("named")
    assert isinstance(page.results[1], ProductResult)
    assert page.results[1].card.product_id == "p2"
    assert page.results[1].card.mini_program_id == "lanshan01"
    kinds = [type(result) for result in page.results]
    assert kinds.index(ProductResult) < (kinds.index(AccountResult) if AccountResult in kinds else 99)


def test_accounts_with_the_same_name_come_after_however_many_follow_them(library: Library) -> None:
    page = column(library, "蓝山优选")
    accounts = [(r.account.account_id, r.why) for r in page.results if isinstance(r, AccountResult)]
    assert accounts == [("acc1", "same_name"), ("acc2", "like_name"), ("acc3", "like_name")]
    assert ids(page).index("lanshan01") == 0


@pytest.mark.parametrize("query", ["阿哲拆箱", "azhe unboxes", "阿哲 拆箱", "阿哲拆箱 / Azhe Unboxes"])
def test_an_account_with_the_searched_name_comes_before_more_followed_ones_that_mention_it(
    library: Library, query: str
) -> None:
    library.accounts.put([
        Account("bilingual", "app", "阿哲拆箱 / Azhe Unboxes", "creator", followers=5),
        Account("fans", "app", "阿哲拆箱 Azhe Unboxes 粉丝团", followers=60_000_000),
        Account("talker", "app", "每日推荐", followers=90_000_000, bio="看阿哲拆箱 azhe unboxes everything"),
    ])  # fmt: skip
    accounts = [
        (r.account.account_id, r.why) for r in column(library, query).results if isinstance(r, AccountResult)
    ]
    assert accounts == [("bilingual", "same_name"), ("fans", "like_name"), ("talker", "like_name")]


def test_without_other_words_the_best_sellers_of_the_named_come_next(library: Library) -> None:
    page = column(library, "蓝山优选")
    assert [r.card.product_id for r in page.results if isinstance(r, ProductResult)][:2] == ["p2", "p1"]
    assert {r.why for r in page.results if isinstance(r, ProductResult)} >= {
        "best_seller_of_named_mini_program"
    }


def test_a_query_that_names_none_starts_with_products_of_all_mini_programs(library: Library) -> None:
    page = column(library, "耳机")
    assert all(isinstance(result, ProductResult) for result in page.results)
    assert {r.card.mini_program_id for r in page.results if isinstance(r, ProductResult)} == {
        "lanshan01",
        "yunduo001",
    }


def test_an_ordinary_word_is_not_taken_for_a_mini_program_of_that_name(library: Library) -> None:
    assert ids(column(library, "orange juice"))[0] == "p7"
    assert ids(column(library, "orange phone"))[:2] == ["orange001", "p6"]


@pytest.mark.weights
def test_accessories_rank_behind_the_thing_unless_the_query_names_them(library: Library) -> None:
    things = ids(column(library, "耳机"))
    assert things.index("p4") > things.index("p3")
    assert ids(column(library, "耳机保护套"))[0] == "p4"
    headphones = ids(column(library, "headphones"))
    assert headphones.index("p10") > headphones.index("p5")


def test_a_host_shows_only_its_own_mini_programs(library: Library) -> None:
    assert "p9" not in ids(column(library, "耳机"))
    assert "p9" in ids(column(library, "耳机", host="news"))
    assert not {"hidden001", "p9"} & set(ids(column(library, "隐山书屋")))
    assert ids(column(library, "隐山书屋", host="news"))[0] == "hidden001"
    assert ids(column(library, "蓝山优选", host="news"))[-1] == "acc4"
    assert ids(column(library, "耳机", host="nowhere")) == []
    with pytest.raises(MiniProgramNotFound):
        search_store(library, "app", "hidden001", "耳机", Filters(), "relevance", None, 20)


def test_suspension_takes_effect_at_once(library: Library) -> None:
    assert "p11" not in ids(column(library, "耳机"))
    library.directory.put([MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}), published=False)])
    assert ids(column(library, "耳机")) == ["p1"]
    assert ids(column(library, "云朵好物街")) == []
    library.directory.put([MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}))])
    assert "p3" in ids(column(library, "耳机"))


def test_products_that_arrived_before_their_mini_program_are_not_shown(
    library: Library, index_products: IndexProducts
) -> None:
    index_products(make_product("early", "later0001", "早到的耳机"))
    library.directory.put([MiniProgram.unknown("later0001")])
    assert "early" not in ids(column(library, "耳机"))


def test_exposure_priority_decides_between_equals(library: Library, index_products: IndexProducts) -> None:
    index_products(
        make_product("e1", "orange001", "Garden lantern"), make_product("e2", "yunduo001", "Garden lantern")
    )
    assert ids(column(library, "lantern")) == ["e2", "e1"]
    library.directory.put([
        MiniProgram("same1", "同名小店", frozenset({"app"}), exposure_priority=1),
        MiniProgram("same2", "同名小店", frozenset({"app"}), exposure_priority=2),
    ])  # fmt: skip
    assert ids(column(library, "同名小店"))[:2] == ["same2", "same1"]


def test_a_rule_that_puts_accounts_before_mini_programs_is_refused() -> None:
    with pytest.raises(ValueError, match="before accounts"):
        RankingRule(order=("named", "its_products", "accounts", "related", "products"))
