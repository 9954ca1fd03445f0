"""What shoppers type, and what they must find, over a small shop in two languages."""

from __future__ import annotations

import pytest
from search_support.projected import library_of
from search_support.searching import column, ids
from search_support.shops import make_product

from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.sqlite_state import SqliteState
from search.application.library import Library
from search.application.projection import Projection
from search.domain.documents import MiniProgram
from search.domain.language.kinds import kinds
from search.domain.language.measures import codes_in, measures_in, word_and_number
from search.domain.queries import ProductQuery

SHOP = "qinghe001"
PRODUCTS = (
    make_product("phone", SHOP, "星野折叠屏手机", title_en="Hoshino Folding Phone", category_id="digital"),
    make_product("bank", SHOP, "青禾磁吸充电宝", title_en="Qinghe Power Bank", description="手机贴上就充，手机出门不断电。钢琴烤漆。"),
    make_product("headset", SHOP, "青禾头戴耳机", title_en="Qinghe Headset", model="WH-2000XM7", category_id="digital"),
    make_product("ssd1", SHOP, "青禾移动固态硬盘", title_en="Qinghe SSD 1 TB", sales=1),
    make_product("ssd2", SHOP, "青禾移动固态硬盘", title_en="Qinghe SSD 2 TB", sales=9),
    make_product("whisky", SHOP, "北岸调和威士忌", title_en="North Shore Whisky"),
    make_product("glass", SHOP, "刻花威士忌杯", title_en="Cut Whisky Tumblers"),
    make_product("wine", SHOP, "米酒", title_en="Rice Wine", options=("500 ml", "750 ml")),
    make_product("lamp", SHOP, "护眼台灯", title_en="Reading Lamp", attributes={"亮度": "500 lux"}),
    make_product("bike", SHOP, "城市自行车", title_en="City Bicycle", options=("白色", "White")),
    make_product("train", SHOP, "木制小火车", title_en="Wooden Train", category_id="play"),
    make_product("beans", SHOP, "云南咖啡豆", title_en="Coffee Beans"),
    make_product("flask", SHOP, "弹盖保温杯", title_en="Flip Tumbler"),
)  # fmt: skip


@pytest.fixture
def shop() -> Library:
    state = SqliteState()
    library = library_of(TantivyIndex(), state)
    program = MiniProgram(
        SHOP, "青禾优选", frozenset({"app"}), name_en="Qinghe", shelves={"play": "亲子乐园", "digital": "数码馆"},
        shelves_en={"play": "Playground"}, version=1,
    )  # fmt: skip
    projection = Projection(library, state)
    projection.make_visible(projection.apply([program, *PRODUCTS], {}))
    return library


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("手机", "phone"), ("白色自行车", "bike"), ("威士忌", "whisky"), ("whisky glass", "glass"),
        ("smartphone", "phone"), ("bike", "bike"), ("单车", "bike"), ("toys", "train"), ("玩具", "train"), ("thermos", "flask"),
        ("wh2000xm7", "headset"), ("WH-2000XM7", "headset"), ("ssd 1tb", "ssd1"), ("2TB ssd", "ssd2"), ("500毫升 米酒", "wine"),
        ("0.5L 米酒", "wine"), ("playground", "train"), ("亲子", "train"), ("咖非豆", "beans"), ("保温悲", "flask"), ("weishiji", "whisky"),
        ("headphones sony", "headset"),
    ],
)  # fmt: skip
def test_the_thing_that_is_meant_comes_first(shop: Library, query: str, first: str) -> None:
    assert [i for i in ids(column(shop, query)) if i != SHOP][:1] == [first]


@pytest.mark.parametrize(
    "query", ["挖掘机", "轮胎", "piano", "wedding dress", "zzzz", "量子纠缠发动机xyzq", "火车票", "马桶盖"]
)
def test_what_nobody_sells_finds_nothing(shop: Library, query: str) -> None:
    assert ids(column(shop, query)) == []


@pytest.mark.parametrize(
    ("query", "meant"), [("咖非豆", "咖啡豆"), ("保温悲", "保温杯"), ("weishiji", "威士忌")]
)
def test_a_query_that_sounds_like_a_title_gets_a_correction(shop: Library, query: str, meant: str) -> None:
    assert column(shop, query).did_you_mean == meant


@pytest.mark.parametrize("query", ["qinnghe 耳机", "Qinghw", "Qinge"])
def test_a_slip_of_a_short_name_still_names_the_mini_program(shop: Library, query: str) -> None:
    assert ids(column(shop, query))[:1] == [SHOP]


def test_products_move_with_the_name_of_their_shelf(shop: Library) -> None:
    state = shop.cards
    assert isinstance(state, SqliteState)
    renamed = MiniProgram(SHOP, "青禾优选", frozenset({"app"}), shelves={"play": "童趣天地"}, version=2)
    projection = Projection(shop, state)
    projection.make_visible(projection.apply([renamed], {}))
    assert "train" in ids(column(shop, "童趣"))
    assert "train" not in ids(column(shop, "亲子"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("0.5l bottle", ["500ml"]), ("500 毫升", ["500ml"]), ("容量500ml装", ["500ml"]), ("27-inch", ["27in"]), ("27英寸", ["27in"]),
        ("53度", ["53deg"]), ("53% vol", ["53deg"]), ("wh-1000xm5", []), ("1.5kg", ["1500g"]), ("500 lux", []),
    ],
)  # fmt: skip
def test_a_size_is_one_token_however_it_is_written(text: str, tokens: list[str]) -> None:
    assert measures_in(text)[0] == tokens


def test_a_model_number_is_also_known_without_its_hyphens() -> None:
    assert codes_in("sony wh-1000xm5, isbn 978-7-02-012345-6") == ["wh1000xm5", "9787020123456"]
    assert codes_in("over-ear") == []


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("iphone12", ["iphone", "12"]),
        ("128glass", ["128", "glass"]),
        ("a4", []),
        ("wh1000xm5", []),
        ("iphone", []),
        ("2024", []),
    ],
)
def test_a_word_with_a_number_attached_is_also_both_of_them(word: str, parts: list[str]) -> None:
    assert word_and_number(word) == parts


@pytest.mark.parametrize("query", ["galaxy 24", "galaxy24", "Galaxy24"])
@pytest.mark.parametrize("title", ["Galaxy24 手机", "Galaxy 24 手机"])
def test_a_word_and_its_number_are_found_joined_and_apart(query: str, title: str) -> None:
    index = TantivyIndex()
    index.put([make_product("galaxy", SHOP, title)])
    index.commit()
    index.refresh()
    assert [hit.whole for hit in index.search(ProductQuery(query)).hits] == [True]


def test_a_title_says_what_a_thing_is_at_its_end() -> None:
    table = kinds()
    assert [head.kinds for head in table.han_heads("刻面威士忌杯")] == [{"~whiskyglass"}]
    assert table.latin_head("silicone case for phones") == (("case",), {"~case"})
    assert "~alcohol" in table.with_wider({"~champagne"})
