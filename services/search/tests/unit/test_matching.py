"""Which texts match which queries, in every engine."""

from __future__ import annotations

import pytest
from search_support.engines import IndexProducts
from search_support.searching import column, ids, suggested
from search_support.shops import make_product

from search.application.library import Library
from search.application.ports import ProductIndex
from search.application.results import ProductResult
from search.domain.documents import number_of
from search.domain.queries import ProductQuery


def test_highlighted_titles_are_escaped_html(library: Library, index_products: IndexProducts) -> None:
    [first, *_] = [r for r in column(library, "无线耳机").results if isinstance(r, ProductResult)]
    assert first.highlighted == "蓝山<mark>无线</mark>降噪<mark>耳机</mark> 头戴式"
    index_products(make_product("evil", "yunduo001", '<script>alert("lamp")</script> lamps & more'))
    [result] = column(library, "lamp").results
    assert isinstance(result, ProductResult)
    assert (
        result.highlighted
        == "&lt;script&gt;alert(&quot;<mark>lamp</mark>&quot;)&lt;/script&gt; <mark>lamps</mark> &amp; more"
    )


@pytest.mark.parametrize("query", ["藍牙耳機", "蓝牙耳机"])
def test_traditional_and_simplified_characters_find_each_other(
    library: Library, index_products: IndexProducts, query: str
) -> None:
    index_products(make_product("trad", "yunduo001", "藍牙耳機 入耳式"))
    page = column(library, query)
    assert {"p3", "trad"} <= set(ids(page)[:3])
    shown = {r.card.product_id: r.highlighted for r in page.results if isinstance(r, ProductResult)}
    assert shown["trad"] == "<mark>藍牙耳機</mark> 入<mark>耳</mark>式"
    assert ids(column(library, "藍山優選"))[0] == "lanshan01"
    assert ("蓝山优选", "mini_program") in suggested(library, "藍山優")
    things = ids(column(library, "藍牙耳機"))
    assert things.index("p4") > things.index("p3"), "a case is an accessory in either writing"


def test_a_misspelt_query_gets_a_correction(library: Library) -> None:
    page = column(library, "wireles headphonse")
    assert page.did_you_mean == "wireless headphones"
    assert column(library, "wireless headphones").did_you_mean is None


@pytest.mark.parametrize("query", ["zzzzqqqqxxxxwwww", "3deldl2", "xw vq jj"])
def test_nonsense_finds_nothing_though_titles_contain_its_letters(
    library: Library, index_products: IndexProducts, query: str
) -> None:
    index_products(make_product("glued", "yunduo001", "家用WLED3200智能灯xzqj"))
    assert column(library, query).results == ()


@pytest.mark.parametrize("query", ["fangshui", "yundong fangshui", "ydfs", "yunDongFangS"])
def test_products_are_found_by_pinyin(library: Library, query: str) -> None:
    assert ids(column(library, query))[0] == "p3"


def test_a_word_is_found_inside_text_without_spaces(library: Library, index_products: IndexProducts) -> None:
    index_products(make_product("glued", "yunduo001", "家用WLED3200智能灯"))
    assert ids(column(library, "wled3200"))[0] == "glued"
    assert column(library, "led32 xyz").results == (), "a few of its letters are not the word"


def test_a_product_that_changes_is_found_once(library: Library, index_products: IndexProducts) -> None:
    for price in (100, 200, 300):
        index_products(make_product("once", "yunduo001", "Tripod", price))
    assert [r.card.price for r in column(library, "tripod").results if isinstance(r, ProductResult)] == [300]


def test_the_last_version_of_a_product_in_a_batch_counts(empty_index: ProductIndex) -> None:
    others = [make_product(f"other{number}", "yunduo001", f"Kettle {number}") for number in range(1_200)]
    empty_index.put([
        make_product("again", "yunduo001", "Tripod red"), make_product("gone", "yunduo001", "Tripod"), *others,
        make_product("again", "yunduo001", "Tripod green"), make_product("again", "yunduo001", "Tripod blue"),
        make_product("gone", "yunduo001", "Tripod", listed=False),
    ])  # fmt: skip
    empty_index.commit()
    empty_index.refresh()
    found = empty_index.search(ProductQuery("tripod blue")).hits
    assert [(hit.number, hit.whole) for hit in found if not hit.by_meaning] == [(number_of("again"), True)]


def test_blanks_and_punctuation_do_not_make_a_title_longer(empty_index: ProductIndex) -> None:
    titles = {"joined": "落地灯护眼白色大号", "apart": "落地灯 - 护眼、白色|大号"}
    empty_index.put([make_product(name, "yunduo001", title) for name, title in titles.items()])
    empty_index.commit()
    empty_index.refresh()
    found = empty_index.search(ProductQuery("落地灯")).hits
    assert [hit.number for hit in found] == [number_of("apart"), number_of("joined")]
