"""A small world of shops: Chinese, English and mixed names, competing accounts, products of several kinds."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pytest

from search.adapters.state import State
from search.application.directory import Accounts, Directory
from search.application.finding import Library
from search.domain.documents import Account, MiniProgram, Product, Sku
from search.domain.ranking import RankingRule
from search.engine.hybrid_index import HybridIndex
from search.engine.port import ProductIndex
from search.engine.tantivy_index import TantivyIndex
from search.language.text import units
from search.meaning.models import KINDS, Kind, Model, Vectors, models_in
from search.meaning.vectors import Meanings

StockUp = Callable[..., None]

PROGRAMS = (
    MiniProgram("lanshan01", "蓝山优选", frozenset({"app", "news"}), name_en="Blue Hill Select", aliases=("蓝山", "BHS"),
                owner_name="Blue Hill", category="e-commerce", exposure_priority=10),
    MiniProgram("yunduo001", "云朵好物街", frozenset({"app"}), name_en="Cloud Bazaar", aliases=("云朵",), exposure_priority=80),
    MiniProgram("orange001", "Orange", frozenset({"app"}), aliases=("橙子小店",), exposure_priority=30),
    MiniProgram("aniang001", "阿娘米酒旗舰店", frozenset({"app"}), name_en="Aniang Rice Wine Store"),
    MiniProgram("hidden001", "隐山书屋", frozenset({"news"}), name_en="Hidden Hill Books"),
    MiniProgram("closed001", "停业百货", frozenset({"app"}), published=False),
)  # fmt: skip
ACCOUNTS = (
    Account("acc1", "app", "蓝山优选", followers=9_000_000, bio="unofficial fans"),
    Account("acc2", "app", "蓝山优选代购", followers=12),
    Account("acc3", "app", "Blue Hill Select Fans", "creator", followers=7),
    Account("acc4", "news", "蓝山优选", followers=1),
    Account("acc5", "app", "蓝山优选旧号", active=False),
)


def product(
    product_id: str, program: str, title: str, price: int = 1000, *, available: bool = True, **more: object
) -> Product:
    """A product with one SKU."""
    sku = Sku(f"{product_id}-s", price, available)
    return Product(product_id, program, title, (sku,), **more)  # type: ignore[arg-type]


PRODUCTS = (
    product("p1", "lanshan01", "蓝山无线降噪耳机 头戴式", 29900, brand="蓝山", title_en="Blue Hill wireless noise cancelling headphones", sales=50, category_id="audio"),
    product("p2", "lanshan01", "蓝山智能电饭煲 3L", 19900, title_en="Blue Hill smart rice cooker 3L", sales=500, category_id="kitchen"),
    product("p3", "yunduo001", "蓝牙耳机 运动防水", 9900, title_en="Bluetooth sport earphones, waterproof", sales=900, category_id="audio"),
    product("p4", "yunduo001", "耳机保护套 硅胶", 1900, title_en="Silicone case for earphones", sales=2000, category_id="audio"),
    product("p5", "yunduo001", "Wireless headphones over-ear, black", 15900, sales=10, category_id="audio", attributes={"colour": "black", "waterproof": "no"}),
    product("p6", "orange001", "Mobile phone O12 128 GB", 399900, brand="Orange", model="O12", sales=30, category_id="phones"),
    product("p7", "yunduo001", "Fresh orange juice 1 L", 1200, sales=77, category_id="drinks"),
    product("p8", "aniang001", "糯米酒 桂花味 500ml", 5900, title_en="Osmanthus rice wine 500 ml", sales=40, category_id="wine"),
    product("p9", "hidden001", "耳机收藏史", 4500, title_en="A history of headphones, hardcover", sales=1, category_id="books"),
    product("p10", "yunduo001", "Headphones stand, wood", 3900, available=False, sales=5, category_id="audio"),
    product("p11", "closed001", "停业耳机清仓", 100, sales=1),
)  # fmt: skip


OPENSEARCH = os.environ.get("ANCHORAGE_TEST_OPENSEARCH")
"""Address of a real OpenSearch: when it is given, everything that is asked of the index is asked of it too."""


MODELS = os.environ.get("ANCHORAGE_TEST_SEARCH_MODELS")
"""Folder with the embedding models: when it is given, everything is asked once more with meanings beside the words."""
ENGINES = ["embedded", "hashed", *(["opensearch"] if OPENSEARCH else []), *(["hybrid"] if MODELS else [])]


class HashedWords:
    """A reader without weights: a direction for each word and Chinese character, a text is the sum of its own. What has
    words in common is alike, so that everything around a model is tested where no model is."""

    dimensions = 128

    def encode(self, texts: Sequence[str]) -> Vectors:
        made = np.array([sum(map(_direction, units(text)), _direction("")) for text in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@lru_cache
def _direction(word: str) -> npt.NDArray[np.float64]:
    return np.random.default_rng(crc32(word.encode())).standard_normal(HashedWords.dimensions)


class ReadAtOnce(HybridIndex):
    """A hybrid index whose products' meanings are read with the commit, where a service reads them behind it."""

    def commit(self) -> None:
        super().commit()
        while self.meanings.fill():
            pass


@pytest.fixture(scope="session")
def models() -> dict[Kind, Model]:
    """The embedding models; only asked for where there are any."""
    return models_in(Path(str(MODELS)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything is asked of every engine; what is marked `weights` not of the reader without weights, to which a shorter
    title is likelier whatever it speaks of."""
    if "empty_index" in metafunc.fixturenames:
        weighs = metafunc.definition.get_closest_marker("weights") is not None
        engines = [engine for engine in ENGINES if not (weighs and engine == "hashed")]
        metafunc.parametrize("empty_index", engines, indirect=True)


@pytest.fixture
def empty_index(request: pytest.FixtureRequest) -> Iterator[ProductIndex]:
    """An empty index, of each engine."""
    made: ProductIndex = TantivyIndex()
    if request.param == "opensearch":
        from search.engine.opensearch_index import OpenSearchIndex

        made = OpenSearchIndex(str(OPENSEARCH), f"test-{secrets.token_hex(6)}", timeout=30)
    elif request.param == "hashed":
        made = ReadAtOnce(made, Meanings(dict.fromkeys(KINDS, HashedWords())))
    elif request.param == "hybrid":
        made = ReadAtOnce(made, Meanings(request.getfixturevalue("models")))
    yield made
    made.discard()
    made.close()


@pytest.fixture
def index(empty_index: ProductIndex) -> ProductIndex:
    """An index with all products."""
    empty_index.put(PRODUCTS)
    empty_index.commit()
    empty_index.refresh()
    return empty_index


@pytest.fixture
def library(index: ProductIndex) -> Iterator[Library]:
    """Everything that is searched."""
    state = State()
    state.put_products(PRODUCTS)
    rule = RankingRule()
    directory, accounts = Directory(rule), Accounts(TantivyIndex())
    directory.put(PROGRAMS)
    accounts.put(ACCOUNTS)
    yield Library(index, state, directory, accounts, rule)
    state.close()


@pytest.fixture
def stock_up(index: ProductIndex, library: Library) -> StockUp:
    """Put products into index and cards, made by `product` from given arguments, and make them visible."""

    def put(*products: Product) -> None:
        index.put(products)
        index.commit()
        index.refresh()
        assert isinstance(library.cards, State)
        library.cards.put_products(products)

    return put


@pytest.fixture
def make() -> Callable[..., Product]:
    """Makes a product with one SKU."""
    return product
