"""Finding by meaning: rankings fused by rank, vectors that follow the products, words that stay what they were."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.domain.documents import Product, number_of
from search.domain.fusion import fused, places
from search.domain.queries import Filters, ProductQuery, Scope
from search.engine.hybrid_index import HybridIndex
from search.engine.tantivy_index import TantivyIndex
from search.meaning.models import HAN, LATIN, Vectors, models_in
from search.meaning.shelf import LOOKED_AT, Shelf, as_bytes
from search.meaning.vectors import Meanings

MODELS = os.environ.get("ANCHORAGE_TEST_SEARCH_MODELS")
Make = Callable[..., Product]
EVERYWHERE = Scope()


class SameThing:
    """Reads every text as one of a few things: what a model does, with a meaning that a test can give. Like the Chinese
    model it knows no capitals."""

    dimensions = 64
    things = (("sofa", "couch", "沙发", "长椅"), ("lamp", "light", "灯"), ("knife", "刀"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        made = np.full((len(texts), self.dimensions), 0.01, np.float32)
        for row, text in zip(made, texts, strict=True):
            for at, words in enumerate(self.things):
                row[at * 8 : at * 8 + 8] = 1 if any(word in text for word in words) else -0.5
        return made / np.linalg.norm(made, axis=1, keepdims=True)


def meanings(folder: Path | None = None) -> Meanings:
    return Meanings({LATIN: SameThing(), HAN: SameThing()}, folder)


def filled(index: HybridIndex, *products: Product) -> HybridIndex:
    index.put(products)
    index.commit()
    while index.meanings.fill():
        pass
    index.refresh()
    return index


def found(index: HybridIndex, text: str, **more: object) -> list[int]:
    return [hit.number for hit in index.search(ProductQuery(text, **more)).hits]  # type: ignore[arg-type]


def numbers(*products: str) -> list[int]:
    return [number_of(product) for product in products]


def random_vectors(count: int, seed: int) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count, 128)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_equally_alike_share_a_place() -> None:
    assert places({1: 0.5, 2: 0.9, 3: 0.9, 4: 0.1}) == {2: 0, 3: 0, 1: 2, 4: 3}


def test_where_nothing_has_a_meaning_words_alone_decide() -> None:
    assert [number for _, number in fused([5, 3, 9], {}, 0.4)] == [5, 3, 9]


def test_meaning_lifts_what_words_put_low_and_brings_what_they_missed() -> None:
    order = [number for _, number in fused(list(range(40)), {39: 0.9, 77: 0.8, 0: 0.1}, 0.6)]
    assert order.index(39) < 20
    assert 77 in order
    assert set(order) == {*range(40), 77}


def test_the_nearest_by_bits_and_bytes_are_the_nearest() -> None:
    vectors, shelf = random_vectors(5_000, 1), Shelf(128)
    shelf.put(range(5_000), [n % 7 for n in range(5_000)], as_bytes(vectors))
    kept = 0
    for wanted in random_vectors(20, 2):
        truly = set(np.argsort(-(vectors @ wanted))[:10].tolist())
        kept += len(truly & shelf.near(wanted, EVERYWHERE, 10).keys())
    assert kept >= 0.9 * 200
    assert LOOKED_AT < 5_000


def test_a_scope_is_exact_however_few_it_has() -> None:
    vectors, shelf = random_vectors(3_000, 3), Shelf(128)
    programs = [number_of("tiny" if n in (7, 2_999) else "big") for n in range(3_000)]
    shelf.put(range(3_000), programs, as_bytes(vectors))
    assert shelf.near(vectors[0], Scope(only=frozenset({"tiny"})), 10).keys() == {7, 2_999}
    assert not shelf.near(vectors[7], Scope(never=frozenset({"tiny"})), 10).keys() & {7, 2_999}
    assert shelf.near(vectors[0], Scope(only=frozenset({"nobody"})), 10) == {}


def test_what_is_dropped_is_gone_and_the_rest_is_there() -> None:
    vectors, shelf = random_vectors(2_500, 4), Shelf(128)
    shelf.put(range(2_500), [1] * 2_500, as_bytes(vectors))
    gone = set(range(0, 2_500, 3))
    shelf.drop(gone)
    shelf.drop([12_345])
    assert len(shelf) == 2_500 - len(gone)
    for n in range(0, 2_500, 50):
        assert next(iter(shelf.near(vectors[n], EVERYWHERE, 1))) == n or n in gone
    shelf.put([3], [1], as_bytes(vectors[[3]]))
    assert next(iter(shelf.near(vectors[3], EVERYWHERE, 1))) == 3


def test_a_product_with_none_of_the_words_is_found_by_what_it_is(make: Make) -> None:
    index = filled(
        HybridIndex(TantivyIndex(), meanings()),
        make("couch", "shop1", "Grey couch"), make("sofa", "shop1", "Sofa cover"), make("knife", "shop1", "Bread knife"),
    )  # fmt: skip
    hits = index.search(ProductQuery("sofa")).hits
    assert [(hit.number, hit.by_meaning) for hit in hits] == [
        (number_of("sofa"), False),
        (number_of("couch"), True),
    ]
    assert found(index, "sofa", scope=Scope(only=frozenset({"shop2"}))) == []
    assert found(index, "sofa", filters=Filters(min_price=99_999)) == []
    assert found(index, "sofa", sort="price_asc") == numbers("sofa")
    assert found(index, "长沙发") == numbers(), (
        "Chinese is read by a model of its own, and no title here is Chinese"
    )


def test_a_description_says_what_the_title_does_not(make: Make) -> None:
    index = filled(
        HybridIndex(TantivyIndex(), meanings()),
        make("model", "shop1", "Söderby 3", description="A Couch for Two"),
        make("other", "shop1", "Norrby 4", description="给两个人的长椅"),
    )
    assert found(index, "sofa") == numbers("model"), "a description is read by the model of its title alone"


def test_latin_letters_are_read_by_the_model_of_most_that_has_them(make: Make) -> None:
    index = filled(
        HybridIndex(TantivyIndex(), meanings()),
        make("sofa1", "shop1", "sofa 一号"), make("sofa2", "shop1", "sofa 二号"), make("sofa3", "shop1", "sofa three"),
        make("bench", "shop1", "长椅"), make("couch", "shop1", "couch"),
    )  # fmt: skip
    by_meaning = [hit.number for hit in index.search(ProductQuery("sofa")).hits if hit.by_meaning]
    assert by_meaning == numbers("bench")
    filled(index, *(make(f"more{n}", "shop1", f"sofa {n}") for n in range(3)))
    by_meaning = [hit.number for hit in index.search(ProductQuery("sofa")).hits if hit.by_meaning]
    assert by_meaning == numbers("couch")


if MODELS:

    def test_a_text_has_one_vector_whatever_is_read_beside_it() -> None:
        texts = [
            "wireless headphones",
            "a lamp",
            "a grey sofa for two people, with covers that can be washed",
        ]
        for model in models_in(Path(str(MODELS))).values():
            together = model.encode(texts)
            assert all(
                (model.encode([text])[0] == row).all() for text, row in zip(texts, together, strict=True)
            )


def test_before_its_meaning_is_read_a_product_is_found_by_its_words(make: Make) -> None:
    index = HybridIndex(TantivyIndex(), meanings())
    index.put([make("sofa", "shop1", "Sofa"), make("couch", "shop1", "Couch")])
    index.commit()
    index.refresh()
    assert found(index, "sofa") == numbers("sofa")
    while index.meanings.fill():
        pass
    assert found(index, "sofa") == numbers("sofa", "couch")


def test_meanings_follow_what_becomes_of_a_product(make: Make) -> None:
    couch = make("couch", "shop1", "Couch")
    index = filled(HybridIndex(TantivyIndex(), meanings()), couch, make("sofa", "shop1", "Sofa"))
    filled(index, replace(couch, title="Desk lamp"))
    assert found(index, "sofa") == numbers("sofa")
    assert found(index, "light") == numbers("couch")
    filled(index, replace(couch, listed=False))
    assert found(index, "light") == []


def test_what_was_read_is_there_after_a_restart_and_what_was_not_is_read_then(
    tmp_path: Path, make: Make
) -> None:
    words = TantivyIndex()
    index = filled(HybridIndex(words, meanings(tmp_path)), make("couch", "shop1", "Couch"))
    index.put([make("lamp", "shop1", "Lamp")])
    index.commit()
    index.meanings.close()
    assert not index.meanings.fill()
    again = HybridIndex(words, meanings(tmp_path))
    again.refresh()
    assert found(again, "sofa") == numbers("couch")
    assert found(again, "light") == []
    assert again.meanings.fill()
    assert found(again, "light") == numbers("lamp")


def test_a_new_generation_takes_over_what_was_read(tmp_path: Path, make: Make) -> None:
    old = filled(
        HybridIndex(TantivyIndex(), meanings()),
        make("couch", "shop1", "Couch"),
        make("lamp", "shop1", "Lamp"),
    )
    new = HybridIndex(TantivyIndex(), meanings(tmp_path))
    new.put([make("couch", "shop1", "Couch"), make("lamp", "shop1", "Bread knife")])
    new.commit()
    new.refresh()
    new.meanings.adopt(old.meanings)
    assert found(new, "sofa") == numbers("couch")
    assert found(new, "lamp") == []


@pytest.mark.parametrize("seen", [0, 20, 180])
def test_pages_hold_every_product_once(make: Make, seen: int) -> None:
    made = [make(f"s{n}", "shop1", f"Sofa {n}") for n in range(250)]
    index = filled(HybridIndex(TantivyIndex(), meanings()), *made, make("couch", "shop1", "Couch"))
    shown: list[int] = []
    while True:
        keys = frozenset((number & 0xFFFFFF).to_bytes(3, "big") for number in shown)
        page = index.search(ProductQuery("sofa", limit=max(seen, 7), seen=keys))
        shown += [hit.number for hit in page.hits]
        if not page.more:
            break
    assert len(shown) == len(set(shown))
    assert set(shown) >= {number_of(product.product_id) for product in made}
