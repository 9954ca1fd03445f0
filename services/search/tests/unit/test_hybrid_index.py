"""Search by words and by meaning together; vectors follow the products."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from search_support.embedders import SameThing
from search_support.engines import MODELS
from search_support.shops import make_product

from search.adapters.engine.hybrid_index import HybridIndex
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.meaning.models import HAN, LATIN, models_in
from search.adapters.meaning.vectors import Vectors
from search.domain.cursors import key_of
from search.domain.documents import Product, number_of
from search.domain.queries import Filters, ProductQuery, Scope


def same_things(folder: Path | None = None) -> Vectors:
    return Vectors({LATIN: SameThing(), HAN: SameThing()}, folder)


def filled(index: HybridIndex, *products: Product) -> HybridIndex:
    index.put(products)
    index.commit()
    while index.vectors.embed_some():
        pass
    index.refresh()
    return index


def found(index: HybridIndex, text: str, **more: object) -> list[int]:
    return [hit.number for hit in index.search(ProductQuery(text, **more)).hits]  # type: ignore[arg-type]


def numbers(*products: str) -> list[int]:
    return [number_of(product) for product in products]


def test_a_product_without_the_words_is_found_by_its_meaning() -> None:
    index = filled(
        HybridIndex(TantivyIndex(), same_things()),
        make_product("hanger", "shop1", "Grey hanger"), make_product("hammock", "shop1", "Hammock cover"), make_product("knife", "shop1", "Bread knife"),
    )  # fmt: skip
    hits = index.search(ProductQuery("hammock")).hits
    assert [(hit.number, hit.by_meaning) for hit in hits] == [
        (number_of("hammock"), False),
        (number_of("hanger"), True),
    ]
    assert found(index, "hammock", scope=Scope(only=frozenset({"shop2"}))) == []
    assert found(index, "hammock", filters=Filters(min_price=99_999)) == []
    assert found(index, "hammock", sort="price_asc") == numbers("hammock")
    assert found(index, "长吊床") == numbers(), "Chinese has a model of its own, and no title here is Chinese"


def test_a_description_adds_to_the_meaning_of_a_title() -> None:
    index = filled(
        HybridIndex(TantivyIndex(), same_things()),
        make_product("model", "shop1", "Söderby 3", description="A Hanger for Two"),
        make_product("other", "shop1", "Norrby 4", description="给两个人的长椅"),
    )
    assert found(index, "hammock") == numbers("model"), "a description only goes to the model of its title"


def test_a_latin_query_uses_the_model_of_most_of_its_matches() -> None:
    index = filled(
        HybridIndex(TantivyIndex(), same_things()),
        make_product("hammock1", "shop1", "hammock 一号"), make_product("hammock2", "shop1", "hammock 二号"), make_product("hammock3", "shop1", "hammock three"),
        make_product("bench", "shop1", "长椅"), make_product("hanger", "shop1", "hanger"),
    )  # fmt: skip
    by_meaning = [hit.number for hit in index.search(ProductQuery("hammock")).hits if hit.by_meaning]
    assert by_meaning == numbers("bench")
    filled(index, *(make_product(f"more{n}", "shop1", f"hammock {n}") for n in range(3)))
    by_meaning = [hit.number for hit in index.search(ProductQuery("hammock")).hits if hit.by_meaning]
    assert by_meaning == numbers("hanger")


def test_a_product_not_embedded_yet_is_found_by_its_words() -> None:
    index = HybridIndex(TantivyIndex(), same_things())
    index.put([make_product("hammock", "shop1", "Hammock"), make_product("hanger", "shop1", "Hanger")])
    index.commit()
    index.refresh()
    assert found(index, "hammock") == numbers("hammock")
    while index.vectors.embed_some():
        pass
    assert found(index, "hammock") == numbers("hammock", "hanger")


def test_vectors_follow_the_changes_of_a_product() -> None:
    hanger = make_product("hanger", "shop1", "Hanger")
    index = filled(
        HybridIndex(TantivyIndex(), same_things()), hanger, make_product("hammock", "shop1", "Hammock")
    )
    filled(index, replace(hanger, title="Garden sundial"))
    assert found(index, "hammock") == numbers("hammock")
    assert found(index, "gnomon") == numbers("hanger")
    filled(index, replace(hanger, listed=False))
    assert found(index, "gnomon") == []


def test_a_restart_keeps_the_vectors_and_embeds_the_rest(tmp_path: Path) -> None:
    words = TantivyIndex()
    index = filled(HybridIndex(words, same_things(tmp_path)), make_product("hanger", "shop1", "Hanger"))
    index.put([make_product("sundial", "shop1", "Sundial")])
    index.commit()
    index.vectors.close()
    assert not index.vectors.embed_some()
    again = HybridIndex(words, same_things(tmp_path))
    again.refresh()
    assert found(again, "hammock") == numbers("hanger")
    assert found(again, "gnomon") == []
    assert again.vectors.embed_some()
    assert found(again, "gnomon") == numbers("sundial")


def test_a_new_generation_takes_over_the_vectors(tmp_path: Path) -> None:
    old = filled(
        HybridIndex(TantivyIndex(), same_things()),
        make_product("hanger", "shop1", "Hanger"),
        make_product("sundial", "shop1", "Sundial"),
    )
    new = HybridIndex(TantivyIndex(), same_things(tmp_path))
    new.put([make_product("hanger", "shop1", "Hanger"), make_product("sundial", "shop1", "Bread knife")])
    new.commit()
    new.refresh()
    new.vectors.adopt(old.vectors)
    assert found(new, "hammock") == numbers("hanger")
    assert found(new, "sundial") == []


@pytest.mark.parametrize("seen", [0, 20, 180])
def test_pages_hold_every_product_once(seen: int) -> None:
    made = [make_product(f"s{n}", "shop1", f"Hammock {n}") for n in range(250)]
    index = filled(
        HybridIndex(TantivyIndex(), same_things()), *made, make_product("hanger", "shop1", "Hanger")
    )
    shown: list[int] = []
    while True:
        keys = frozenset(key_of(number) for number in shown)
        page = index.search(ProductQuery("hammock", limit=max(seen, 7), seen=keys))
        shown += [hit.number for hit in page.hits]
        if not page.more:
            break
    assert len(shown) == len(set(shown))
    assert set(shown) >= {number_of(product.product_id) for product in made}


if MODELS:

    def test_the_vector_of_a_text_does_not_depend_on_its_batch() -> None:
        texts = [
            "wireless headphones",
            "a sundial",
            "a grey hammock for two people, with covers that can be washed",
        ]
        for model in models_in(Path(str(MODELS))).values():
            together = model.encode(texts)
            assert all(
                (model.encode([text])[0] == row).all() for text, row in zip(texts, together, strict=True)
            )
