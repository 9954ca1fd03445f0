"""Puts `search_support` and the bench on the import path; fixtures for the small world of shops on every engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from search_support.engines import ENGINES, MODELS, IndexProducts
from search_support.engines import empty_index as empty_index_of
from search_support.projected import library_of
from search_support.shops import ACCOUNTS, PRODUCTS, PROGRAMS

from search.adapters.meaning.models import Model, ModelKind, models_in
from search.adapters.sqlite_state import SqliteState
from search.application.library import Library
from search.application.ports import ProductIndex
from search.domain.documents import Product


@pytest.fixture(scope="session")
def models() -> dict[ModelKind, Model]:
    """The embedding models; none without ANCHORAGE_TEST_SEARCH_MODELS."""
    return models_in(Path(MODELS)) if MODELS else {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs every test of an index on every engine. Tests marked `weights` leave out the embedder without weights, to which
    a shorter title is more similar whatever it says."""
    if "empty_index" in metafunc.fixturenames:
        weighs = metafunc.definition.get_closest_marker("weights") is not None
        engines = [engine for engine in ENGINES if not (weighs and engine == "hashed")]
        metafunc.parametrize("empty_index", engines, indirect=True)


@pytest.fixture
def empty_index(request: pytest.FixtureRequest, models: dict[ModelKind, Model]) -> Iterator[ProductIndex]:
    """An empty index of each engine."""
    with empty_index_of(request.param, models) as index:
        yield index


@pytest.fixture
def index(empty_index: ProductIndex) -> ProductIndex:
    """An index with all products."""
    empty_index.put(PRODUCTS)
    empty_index.commit()
    empty_index.refresh()
    return empty_index


@pytest.fixture
def state() -> Iterator[SqliteState]:
    """A state with all products."""
    state = SqliteState()
    state.put_products(PRODUCTS)
    yield state
    state.close()


@pytest.fixture
def library(index: ProductIndex, state: SqliteState) -> Library:
    """A library with all shops, accounts and products."""
    library = library_of(index, state)
    library.directory.put(PROGRAMS)
    library.accounts.put(ACCOUNTS)
    return library


@pytest.fixture
def index_products(index: ProductIndex, state: SqliteState) -> IndexProducts:
    """Puts more products into index and state, and makes them visible."""

    def put(*products: Product) -> None:
        index.put(products)
        index.commit()
        index.refresh()
        state.put_products(products)

    return put
