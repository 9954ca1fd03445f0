"""Embedders without models: everything around a model is tested with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
import numpy.typing as npt

from search.adapters.meaning.models import Matrix
from search.domain.language.text import units


class HashedWords:
    """A direction for each word and Chinese character; a text is the sum of its own. Texts that share words are similar."""

    dimensions = 128

    def encode(self, texts: Sequence[str]) -> Matrix:
        made = np.array([sum(map(_direction, units(text)), _direction("")) for text in texts])
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@lru_cache
def _direction(word: str) -> npt.NDArray[np.float64]:
    return np.random.default_rng(crc32(word.encode())).standard_normal(HashedWords.dimensions)


class SameThing:
    """Embeds every text as one of a few things, so that a test decides what texts mean. Like the Chinese model it does not
    know capitals."""

    dimensions = 64
    things = (("hammock", "hanger", "吊床", "长椅"), ("sundial", "gnomon", "日晷"), ("knife", "刀"))

    def encode(self, texts: Sequence[str]) -> Matrix:
        made = np.full((len(texts), self.dimensions), 0.01, np.float32)
        for row, text in zip(made, texts, strict=True):
            for at, words in enumerate(self.things):
                row[at * 8 : at * 8 + 8] = 1 if any(word in text for word in words) else -0.5
        return made / np.linalg.norm(made, axis=1, keepdims=True)
