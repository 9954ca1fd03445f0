"""Opens the configured index of a generation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.sqlite_state import LAYOUT
from search.application.ports import ProductIndex, ProductVectors

if TYPE_CHECKING:
    from search.adapters.meaning.models import Model, ModelKind


@dataclass(slots=True)
class IndexFactory:
    """`opensearch_url` None means the embedded engine; `models_folder` None means no search by meaning.

    OpenSearch and the models are extras, imported only where they are used.
    """

    opensearch_url: str | None
    models_folder: Path | None
    prefix: str
    _models: dict[ModelKind, Model] = field(default_factory=dict)

    @property
    def blocking(self) -> bool:
        """Whether queries block for more than a millisecond."""
        return self.opensearch_url is not None or self.models_folder is not None

    @property
    def layout(self) -> str:
        """What a generation must have been built with to be used."""
        return (
            str(LAYOUT)
            if self.models_folder is None
            else f"{LAYOUT}, titles and descriptions read for their meaning"
        )

    def open(self, folder: Path) -> tuple[ProductIndex, ProductVectors | None]:
        """The index in a generation's folder, created when it does not exist."""
        words = self._open_words(folder)
        if self.models_folder is None:
            return words, None
        from search.adapters.engine.hybrid_index import HybridIndex
        from search.adapters.meaning.models import models_in
        from search.adapters.meaning.vectors import Vectors

        self._models = self._models or models_in(self.models_folder)
        vectors = Vectors(self._models, folder)
        return HybridIndex(words, vectors), vectors

    def _open_words(self, folder: Path) -> ProductIndex:
        if self.opensearch_url is None:
            return TantivyIndex(folder / "products")
        from search.adapters.engine.opensearch_index import OpenSearchIndex

        return OpenSearchIndex(self.opensearch_url, f"{self.prefix}products-{folder.name}")
