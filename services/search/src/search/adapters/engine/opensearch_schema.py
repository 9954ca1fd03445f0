"""The fields of the index in OpenSearch, and documents for it: the same as in the embedded engine."""

from __future__ import annotations

from typing import Any

from search.adapters.engine.layout import indexed
from search.adapters.engine.terms import traits_of
from search.domain.documents import Product

Body = dict[str, Any]

_words = {"type": "text", "analyzer": "blanks", "norms": True, "index_options": "freqs"}
_marks = {"type": "text", "analyzer": "blanks", "norms": False, "index_options": "docs"}
_column = {"type": "long", "index": False}
INDEX: Body = {
    "settings": {
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "analysis": {
            "tokenizer": {"pairs": {"type": "ngram", "min_gram": 1, "max_gram": 2}},
            "analyzer": {
                "blanks": {"type": "custom", "tokenizer": "whitespace"},
                "grams": {"type": "custom", "tokenizer": "pairs"},
            },
        },
    },
    "mappings": {
        "dynamic": "strict",
        "_source": {"enabled": False},
        "properties": {
            "words": _words,
            "chars": _words | {"analyzer": "grams"},
            "names": _marks,
            "name_chars": _marks | {"analyzer": "grams"},
            "spoken": _marks,
            "sounds": _marks,
            "program": {"type": "keyword"},
            "category": {"type": "keyword"},
            "brand": {"type": "keyword"},
            "price": {"type": "long"},
            "sales": {"type": "long"},
            "in_stock": {"type": "long"},
            "number": _column,
            "traits": _column,
        },
    },
}


def to_document(product: Product, number: int) -> Body:
    """The product as a document; see `layout` for its text fields."""
    text, in_stock = indexed(product), product.in_stock
    return {
        "words": text.words,
        "chars": text.chars,
        "names": text.names,
        "name_chars": text.name_chars,
        "spoken": text.spoken,
        "sounds": text.sounds,
        "program": product.mini_program_id,
        "category": product.category_id,
        "brand": product.brand,
        "price": product.price,
        "sales": product.sales,
        "in_stock": int(in_stock),
        "number": number,
        "traits": traits_of(product.mini_program_id, in_stock),
    }
