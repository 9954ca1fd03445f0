"""What the search column, a store and a viewer who types are answered."""

from __future__ import annotations

import itertools
import random
import string
from collections.abc import Callable

import pytest

from search.application.finding import Library, NotThere, search_column, search_store
from search.application.results import AccountResult, AnyResult, ColumnPage, ProductResult, ProgramResult
from search.application.suggesting import PopularQueries, shareable, suggest
from search.domain.cursors import DEEPEST
from search.domain.documents import Account, MiniProgram, Product, number_of
from search.domain.queries import Filters, ProductQuery, QueryRefused
from search.domain.ranking import RankingRule
from search.engine.port import ProductIndex

Make = Callable[..., Product]
StockUp = Callable[..., None]
Lamps = Callable[[int, str], list[str]]


def name_of(result: AnyResult) -> str:
    if isinstance(result, ProgramResult):
        return result.program.mini_program_id
    return result.account.account_id if isinstance(result, AccountResult) else result.card.product_id


def names(page: ColumnPage) -> list[str]:
    return [name_of(result) for result in page.results]


def ask(library: Library, query: str, host: str = "app", limit: int = 20) -> ColumnPage:
    return search_column(library, host, query, None, limit)


@pytest.mark.parametrize(
    "query", ["蓝山优选", "Blue Hill Select", "lanshanyouxuan", "blue hil select", "蓝山优选 电饭煲"]
)
def test_the_named_mini_program_comes_first_then_its_products_then_the_rest(
    library: Library, query: str
) -> None:
    page = ask(library, query)
    assert isinstance(page.results[0], ProgramResult)
    assert page.results[0].program.mini_program_id == "lanshan01"
    assert page.results[0].why.startswith("named")
    assert isinstance(page.results[1], ProductResult)
    assert page.results[1].card.product_id == "p2"
    assert page.results[1].card.mini_program_id == "lanshan01"
    kinds = [type(result) for result in page.results]
    assert kinds.index(ProductResult) < (kinds.index(AccountResult) if AccountResult in kinds else 99)


def test_accounts_with_the_same_name_come_after_however_many_follow_them(library: Library) -> None:
    page = ask(library, "蓝山优选")
    accounts = [(r.account.account_id, r.why) for r in page.results if isinstance(r, AccountResult)]
    assert accounts == [("acc1", "same_name"), ("acc2", "like_name"), ("acc3", "like_name")]
    assert names(page).index("lanshan01") == 0


@pytest.mark.parametrize("query", ["阿哲拆箱", "azhe unboxes", "阿哲 拆箱", "阿哲拆箱 / Azhe Unboxes"])
def test_an_account_asked_for_by_its_name_comes_before_more_followed_ones_that_speak_of_it(
    library: Library, query: str
) -> None:
    library.accounts.put([
        Account("bilingual", "app", "阿哲拆箱 / Azhe Unboxes", "creator", followers=5),
        Account("fans", "app", "阿哲拆箱 Azhe Unboxes 粉丝团", followers=60_000_000),
        Account("talker", "app", "每日推荐", followers=90_000_000, bio="看阿哲拆箱 azhe unboxes everything"),
    ])  # fmt: skip
    accounts = [
        (r.account.account_id, r.why) for r in ask(library, query).results if isinstance(r, AccountResult)
    ]
    assert accounts == [("bilingual", "same_name"), ("fans", "like_name"), ("talker", "like_name")]


def test_without_other_words_the_best_sellers_of_the_named_come_next(library: Library) -> None:
    page = ask(library, "蓝山优选")
    assert [r.card.product_id for r in page.results if isinstance(r, ProductResult)][:2] == ["p2", "p1"]
    assert {r.why for r in page.results if isinstance(r, ProductResult)} >= {
        "best_seller_of_named_mini_program"
    }


def test_a_query_that_names_none_starts_with_products_of_all_mini_programs(library: Library) -> None:
    page = ask(library, "耳机")
    assert all(isinstance(result, ProductResult) for result in page.results)
    assert {r.card.mini_program_id for r in page.results if isinstance(r, ProductResult)} == {
        "lanshan01",
        "yunduo001",
    }


def test_an_ordinary_word_is_not_taken_for_a_mini_program_called_so(library: Library) -> None:
    assert names(ask(library, "orange juice"))[0] == "p7"
    assert names(ask(library, "orange phone"))[:2] == ["orange001", "p6"]


@pytest.mark.weights
def test_accessories_stand_behind_the_thing_unless_asked_for(library: Library) -> None:
    things = names(ask(library, "耳机"))
    assert things.index("p4") > things.index("p3")
    assert names(ask(library, "耳机保护套"))[0] == "p4"
    headphones = names(ask(library, "headphones"))
    assert headphones.index("p10") > headphones.index("p5")


def test_what_is_not_in_the_host_is_invisible(library: Library) -> None:
    assert "p9" not in names(ask(library, "耳机"))
    assert "p9" in names(ask(library, "耳机", host="news"))
    assert not {"hidden001", "p9"} & set(names(ask(library, "隐山书屋")))
    assert names(ask(library, "隐山书屋", host="news"))[0] == "hidden001"
    assert names(ask(library, "蓝山优选", host="news"))[-1] == "acc4"
    assert names(ask(library, "耳机", host="nowhere")) == []
    with pytest.raises(NotThere):
        search_store(library, "app", "hidden001", "耳机", Filters(), "relevance", None, 20)


def test_suspension_takes_effect_at_once(library: Library) -> None:
    assert "p11" not in names(ask(library, "耳机"))
    library.directory.put([MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}), published=False)])
    assert names(ask(library, "耳机")) == ["p1"]
    assert names(ask(library, "云朵好物街")) == []
    library.directory.put([MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}))])
    assert "p3" in names(ask(library, "耳机"))


def test_products_that_came_before_their_mini_program_are_not_shown(
    library: Library, stock_up: StockUp, make: Make
) -> None:
    stock_up(make("early", "later0001", "早到的耳机"))
    library.directory.put([MiniProgram.unknown("later0001")])
    assert "early" not in names(ask(library, "耳机"))


def test_exposure_priority_decides_between_equals(library: Library, stock_up: StockUp, make: Make) -> None:
    stock_up(make("e1", "orange001", "Garden lantern"), make("e2", "yunduo001", "Garden lantern"))
    assert names(ask(library, "lantern")) == ["e2", "e1"]
    library.directory.put([
        MiniProgram("same1", "同名小店", frozenset({"app"}), exposure_priority=1),
        MiniProgram("same2", "同名小店", frozenset({"app"}), exposure_priority=2),
    ])  # fmt: skip
    assert names(ask(library, "同名小店"))[:2] == ["same2", "same1"]


def test_a_rule_that_puts_accounts_before_mini_programs_is_refused() -> None:
    with pytest.raises(ValueError, match="before accounts"):
        RankingRule(order=("named", "its_products", "accounts", "related", "products"))


def test_titles_are_highlighted_as_harmless_html(library: Library, stock_up: StockUp, make: Make) -> None:
    [first, *_] = [r for r in ask(library, "无线耳机").results if isinstance(r, ProductResult)]
    assert first.highlighted == "蓝山<mark>无线</mark>降噪<mark>耳机</mark> 头戴式"
    stock_up(make("evil", "yunduo001", '<script>alert("lamp")</script> lamps & more'))
    [result] = ask(library, "lamp").results
    assert isinstance(result, ProductResult)
    assert (
        result.highlighted
        == "&lt;script&gt;alert(&quot;<mark>lamp</mark>&quot;)&lt;/script&gt; <mark>lamps</mark> &amp; more"
    )


@pytest.mark.parametrize("query", ["藍牙耳機", "蓝牙耳机"])
def test_traditional_and_simplified_characters_find_each_other(
    library: Library, stock_up: StockUp, make: Make, query: str
) -> None:
    stock_up(make("trad", "yunduo001", "藍牙耳機 入耳式"))
    page = ask(library, query)
    assert {"p3", "trad"} <= set(names(page)[:3])
    shown = {r.card.product_id: r.highlighted for r in page.results if isinstance(r, ProductResult)}
    assert shown["trad"] == "<mark>藍牙耳機</mark> 入<mark>耳</mark>式"
    assert names(ask(library, "藍山優選"))[0] == "lanshan01"
    assert ("蓝山优选", "mini_program") in suggested(library, "藍山優")
    things = names(ask(library, "藍牙耳機"))
    assert things.index("p4") > things.index("p3"), "a case is an accessory in either writing"


def test_a_misspelt_query_is_answered_with_what_was_meant(library: Library) -> None:
    page = ask(library, "wireles headphonse")
    assert page.did_you_mean == "wireless headphones"
    assert ask(library, "wireless headphones").did_you_mean is None


@pytest.mark.parametrize("query", ["zzzzqqqqxxxxwwww", "3deldl2", "xw vq jj"])
def test_nonsense_finds_nothing_though_its_letters_stand_in_titles(
    library: Library, stock_up: StockUp, make: Make, query: str
) -> None:
    stock_up(make("glued", "yunduo001", "家用WLED3200智能灯xzqj"))
    assert ask(library, query).results == ()


@pytest.mark.parametrize("query", ["fangshui", "yundong fangshui", "ydfs", "yunDongFangS"])
def test_products_are_found_by_pinyin(library: Library, query: str) -> None:
    assert names(ask(library, query))[0] == "p3"


def test_a_word_is_found_inside_text_without_spaces(library: Library, stock_up: StockUp, make: Make) -> None:
    stock_up(make("glued", "yunduo001", "家用WLED3200智能灯"))
    assert names(ask(library, "wled3200"))[0] == "glued"
    assert names(ask(library, "led32 xyz"))[0] == "glued"


def test_in_store_search_filters_sorts_and_counts(library: Library) -> None:
    def found(query: str, filters: Filters = Filters(), sort: str = "relevance") -> list[str]:  # noqa: B008
        page = search_store(library, "app", "yunduo001", query, filters, sort, None, 20)  # type: ignore[arg-type]
        return [r.card.product_id for r in page.products]

    assert set(found("耳机")) == {"p3", "p4"}
    assert found("") == ["p4", "p3", "p7", "p5", "p10"]
    assert found("", Filters(in_stock=True)) == ["p4", "p3", "p7", "p5"]
    assert found("", Filters(min_price=1900, max_price=9900), "price_asc") == ["p4", "p10", "p3"]
    assert found("headphones", sort="price_desc") == ["p5", "p10"]
    assert found("", Filters(category_id="drinks")) == ["p7"]
    assert found("电饭煲") == []
    page = search_store(library, "app", "yunduo001", "", Filters(), "sales", None, 2)
    assert page.facets["category"] == {"audio": 4, "drinks": 1}
    assert page.facets["in_stock"] == {"1": 4, "0": 1}
    with pytest.raises(QueryRefused) as refused:
        Filters(min_price=2, max_price=1)
    assert refused.value.code == "empty_price_range"


def pages(library: Library, query: str, limit: int) -> list[list[str]]:
    answered, cursor = [], None
    while True:
        page = search_column(library, "app", query, cursor, limit)
        answered.append([r.card.product_id for r in page.results if isinstance(r, ProductResult)])
        cursor = page.next_cursor
        if cursor is None:
            return answered


@pytest.fixture
def lamps(stock_up: StockUp, make: Make) -> Lamps:
    def stocked(count: int, word: str) -> list[str]:
        made = [make(f"{word}{n}", "yunduo001", f"{word} lamp number {n}") for n in range(count)]
        stock_up(*made)
        return [p.product_id for p in made]

    return stocked


@pytest.mark.parametrize("limit", [1, 3, 20, 100])
def test_pages_hold_every_product_once(library: Library, lamps: Lamps, limit: int) -> None:
    made = lamps(41, "desk")
    shown = pages(library, "desk lamp", limit)
    assert sorted(itertools.chain(*shown)) == sorted(made)
    assert all(len(page) == limit for page in shown[:-1])


def test_pages_stay_whole_while_the_index_changes(
    library: Library, lamps: Lamps, stock_up: StockUp, make: Make
) -> None:
    made = lamps(60, "desk")
    first = search_column(library, "app", "desk lamp", None, 20)
    shown = [name_of(r) for r in first.results]
    lamps(200, "floor")
    gone = next(p for p in made if p not in shown)
    stock_up(
        make(gone, "yunduo001", "gone", listed=False),
        make(shown[0], "yunduo001", "desk lamp desk lamp, changed"),
    )
    cursor = first.next_cursor
    while cursor is not None:
        page = search_column(library, "app", "desk lamp", cursor, 20)
        shown += [name_of(r) for r in page.results]
        cursor = page.next_cursor
        if all(p in shown for p in made if p != gone):
            break
    assert len(shown) == len(set(shown))
    assert set(made) - set(shown) == {gone}


def test_a_product_that_changes_is_found_once(library: Library, stock_up: StockUp, make: Make) -> None:
    for price in (100, 200, 300):
        stock_up(make("once", "yunduo001", "Tripod", price))
    assert [r.card.price for r in ask(library, "tripod").results if isinstance(r, ProductResult)] == [300]


def test_of_a_product_that_comes_again_in_one_batch_the_last_counts(
    empty_index: ProductIndex, make: Make
) -> None:
    others = [make(f"other{number}", "yunduo001", f"Kettle {number}") for number in range(1_200)]
    empty_index.put([
        make("again", "yunduo001", "Tripod red"), make("gone", "yunduo001", "Tripod"), *others,
        make("again", "yunduo001", "Tripod green"), make("again", "yunduo001", "Tripod blue"),
        make("gone", "yunduo001", "Tripod", listed=False),
    ])  # fmt: skip
    empty_index.commit()
    empty_index.refresh()
    found = empty_index.search(ProductQuery("tripod blue")).hits
    assert [(hit.number, hit.whole) for hit in found if not hit.by_meaning] == [(number_of("again"), True)]


def test_blanks_and_marks_make_a_title_no_longer(empty_index: ProductIndex, make: Make) -> None:
    titles = {"joined": "落地灯护眼白色大号", "apart": "落地灯 - 护眼、白色|大号"}
    empty_index.put([make(name, "yunduo001", title) for name, title in titles.items()])
    empty_index.commit()
    empty_index.refresh()
    found = empty_index.search(ProductQuery("落地灯")).hits
    assert [hit.number for hit in found] == [number_of("apart"), number_of("joined")]


def test_paging_ends_at_a_stated_depth(library: Library, lamps: Lamps) -> None:
    lamps(DEEPEST + 50, "desk")
    assert sum(len(page) for page in pages(library, "desk lamp", 100)) == DEEPEST


@pytest.mark.parametrize("cursor", ["", "!", "AAAA", "é", "\ud800", "A" * 5000, "AAAAAAA="])
def test_a_cursor_that_is_none_is_refused(library: Library, cursor: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        search_column(library, "app", "耳机", cursor, 20)
    assert refused.value.code == "bad_cursor"


def test_a_cursor_of_another_query_is_refused(library: Library, lamps: Lamps) -> None:
    lamps(30, "desk")
    cursor = search_column(library, "app", "desk lamp", None, 5).next_cursor
    with pytest.raises(QueryRefused):
        search_column(library, "app", "lamp desk", cursor, 5)


ODD_TEXTS = [
    "a" * 1000, "蓝" * 1000, "a b " * 250, "耳机" * 2500, "x" * 10_000, "\x00", "\x00耳机\x1f", "耳机\u202e", "\ud800", "耳机\udfff headphones",
    '"', "'", "(((", "AND OR NOT", "title:耳机", "words:*", "*", "?", "[a TO z]", "/.*/", "a~2", "^5", "\\", "+-&&||!(){}[]^\"~*?:\\/",
    "👩‍👩‍👧‍👦🎧", "🎧 headphones", "ﬁne", "İSTANBUL", "ß", "１２３", "½", "\u0301" * 500, "ก็", "हिन्दी", "日本語 ヘッドホン", "한국어", "\ufeff", "﷽",
    "<script>", "%00", "headphones\r\nX: y", "𠮷野家", "¯\\_(ツ)_/¯", "-headphones", "headphones -case", "' OR 1=1 --",
]  # fmt: skip


def refusal(library: Library, text: str) -> str | None:
    """The code of the refusal; None when the text was answered everywhere."""
    suggest(library, PopularQueries(), "app", text, 10)
    try:
        ask(library, text)
        search_store(library, "app", "yunduo001", text, Filters(), "price_asc", None, 3)
    except QueryRefused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_any_text_gives_results_or_a_typed_refusal(library: Library, text: str) -> None:
    assert refusal(library, text) in {None, "empty_query", "query_too_long"}


def test_random_text_gives_results_or_a_typed_refusal(library: Library) -> None:
    source = random.Random(20_251_122)
    letters = string.printable + "蓝山优选耳机🎧\ud800\udc00\u200b\u0000ÄéﬀΩ"
    texts = ["".join(source.choices(letters, k=source.randint(1, 60))) for _ in range(500)]
    assert {refusal(library, text) for text in texts} <= {None, "empty_query"}


def test_query_syntax_means_nothing(library: Library) -> None:
    plain = names(ask(library, "wireless headphones"))
    assert names(ask(library, 'wireless AND "headphones"~2^3'))[: len(plain)][0] == plain[0]
    assert names(ask(library, "program:hidden001")) == names(ask(library, "program hidden001"))


def suggested(library: Library, typed: str, popular: PopularQueries | None = None) -> list[tuple[str, str]]:
    return [(s.text, s.kind) for s in suggest(library, popular or PopularQueries(), "app", typed, 10)]


@pytest.mark.parametrize("typed", ["蓝", "蓝山", "lansh", "lsy", "blu", "Blue hil", "select"])
def test_a_beginning_suggests_the_mini_program(library: Library, typed: str) -> None:
    assert ("蓝山优选", "mini_program") in suggested(library, typed)


@pytest.mark.parametrize("typed", ["蓝牙耳", "lanya", "lanyaer", "lyej", "bluet", "sport earph"])
def test_a_beginning_suggests_products(library: Library, typed: str) -> None:
    assert ("蓝牙耳机 运动防水", "product") in suggested(library, typed)


def test_nothing_of_another_host_is_suggested(library: Library) -> None:
    assert suggested(library, "隐山") == []
    assert all("history" not in text for text, _ in suggested(library, "history"))


def test_popular_queries_are_suggested_most_asked_first(library: Library) -> None:
    popular = PopularQueries()
    popular.put("app", "露营灯", 7)
    popular.put("app", "露营椅", 9)
    popular.put("news", "露营车", 99)
    assert suggested(library, "露", popular) == [("露营椅", "query"), ("露营灯", "query")]
    assert suggested(library, "luying", popular)[0] == ("露营椅", "query")


@pytest.mark.parametrize(
    "personal", ["13800138000", "call 138 0013 8000", "me@example.com", "a" * 41, " ", "\x00"]
)
def test_what_could_be_personal_is_never_shared(personal: str) -> None:
    assert shareable(personal) is None
