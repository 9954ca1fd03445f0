"""Any text is answered or refused, and none is syntax."""

from __future__ import annotations

import random
import string

import pytest
from search_support.searching import column, ids

from search.application.library import Library
from search.application.search_store import search_store
from search.application.suggesting import suggest
from search.domain.errors import QueryRefused
from search.domain.queries import Filters

ODD_TEXTS = [
    "a" * 1000, "蓝" * 1000, "a b " * 250, "耳机" * 2500, "x" * 10_000, "\x00", "\x00耳机\x1f", "耳机\u202e", "\ud800", "耳机\udfff headphones",
    '"', "'", "(((", "AND OR NOT", "title:耳机", "words:*", "*", "?", "[a TO z]", "/.*/", "a~2", "^5", "\\", "+-&&||!(){}[]^\"~*?:\\/",
    "👩‍👩‍👧‍👦🎧", "🎧 headphones", "ﬁne", "İSTANBUL", "ß", "１２３", "½", "\u0301" * 500, "ก็", "हिन्दी", "日本語 ヘッドホン", "한국어", "\ufeff", "﷽",
    "<script>", "%00", "headphones\r\nX: y", "𠮷野家", "¯\\_(ツ)_/¯", "-headphones", "headphones -case", "' OR 1=1 --",
]  # fmt: skip


def refusal(library: Library, text: str) -> str | None:
    """The code of the refusal; None when the text was answered everywhere."""
    suggest(library, "app", text, 10)
    try:
        column(library, text)
        search_store(library, "app", "yunduo001", text, Filters(), "price_asc", None, 3)
    except QueryRefused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_any_text_gives_results_or_a_typed_refusal(library: Library, text: str) -> None:
    assert refusal(library, text) in {None, "empty_query", "query_too_long"}


def test_random_text_gives_results_or_a_typed_refusal(library: Library) -> None:
    source = random.Random(20_251_122)
    letters = string.printable + "蓝山优选耳机🎧\ud800\udc00\u200b\u0000ÄéﬀΩ"
    texts = ["".join(source.choices(letters, k=source.randint(1, 60))) for _ in range(500)]
    assert {refusal(library, text) for text in texts} <= {None, "empty_query"}


def test_query_syntax_means_nothing(library: Library) -> None:
    plain = ids(column(library, "wireless headphones"))
    assert ids(column(library, 'wireless AND "headphones"~2^3'))[: len(plain)][0] == plain[0]
    assert ids(column(library, "program:hidden001")) == ids(column(library, "program hidden001"))
