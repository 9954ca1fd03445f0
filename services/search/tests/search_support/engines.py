"""The engines that every test of the index runs on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from search.adapters.engine.hybrid_index import HybridIndex
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.meaning.models import KINDS, Embedder, ModelKind
from search.adapters.meaning.vectors import Vectors
from search.application.ports import ProductIndex
from search.domain.documents import Product
from search_support.embedders import HashedWords

OPENSEARCH = os.environ.get("ANCHORAGE_TEST_OPENSEARCH")
"""Address of a real OpenSearch; adds it to the engines."""
MODELS = os.environ.get("ANCHORAGE_TEST_SEARCH_MODELS")
"""Folder with the embedding models; adds search by meaning with them to the engines."""
ENGINES = ["embedded", "hashed", *(["opensearch"] if OPENSEARCH else []), *(["hybrid"] if MODELS else [])]


class IndexProducts(Protocol):
    """The type of the `index_products` fixture."""

    def __call__(self, *products: Product) -> None: ...


class EmbedOnCommit(HybridIndex):
    """Embeds products with the commit, where a service does it later."""

    def commit(self) -> None:
        super().commit()
        while self.vectors.embed_some():
            pass


@contextmanager
def empty_index(engine: str, models: Mapping[ModelKind, Embedder]) -> Iterator[ProductIndex]:
    """An empty index of an engine; `models` are for "hybrid"."""
    index: ProductIndex = TantivyIndex()
    if engine == "opensearch":
        from search.adapters.engine.opensearch_index import OpenSearchIndex

        index = OpenSearchIndex(str(OPENSEARCH), f"test-{secrets.token_hex(6)}", timeout=30)
    elif engine == "hashed":
        index = EmbedOnCommit(index, Vectors(dict.fromkeys(KINDS, HashedWords())))
    elif engine == "hybrid":
        index = EmbedOnCommit(index, Vectors(models))
    yield index
    index.discard()
    index.close()
