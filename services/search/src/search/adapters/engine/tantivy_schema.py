"""The fields of the embedded index, and documents for it."""

from __future__ import annotations

from pathlib import Path

import orjson
import tantivy

from search.adapters.engine.layout import indexed
from search.adapters.engine.terms import traits_of
from search.domain.documents import Product

FREQUENCIES, PRESENCE = "freq", "basic"
"""What is indexed for a term: no field needs positions."""


def schema() -> tantivy.Schema:
    """The fields; `layout` says what the text fields hold. None is stored: the state holds what results show."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("words", tokenizer_name="whitespace", index_option=FREQUENCIES)
    fields.add_text_field("chars", tokenizer_name="grams", index_option=FREQUENCIES)
    fields.add_text_field("names", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("name_chars", tokenizer_name="grams", index_option=PRESENCE)
    fields.add_text_field("spoken", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("sounds", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("program", tokenizer_name="raw", index_option=PRESENCE)
    fields.add_text_field("category", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    fields.add_text_field("brand", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    fields.add_unsigned_field("number", indexed=True, fast=True)
    for name in ("price", "sales", "in_stock", "traits"):
        fields.add_unsigned_field(name, fast=True)  # ranges read the column: no terms for each price
    return fields.build()


def open_index(folder: Path | None) -> tantivy.Index:
    """The index in `folder`, created when it does not exist; in memory for None."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(schema(), path=None if folder is None else str(folder))
    # an index does not store its tokenizers: register them on each opening
    analyzer = tantivy.TextAnalyzerBuilder
    index.register_tokenizer("whitespace", analyzer(tantivy.Tokenizer.whitespace()).build())
    index.register_tokenizer("grams", analyzer(tantivy.Tokenizer.ngram(1, 2)).build())
    index.config_reader("manual")
    return index


def to_document(product: Product, number: int) -> str:
    """The product as a JSON document, which the engine takes faster than single fields."""
    text = indexed(product)
    in_stock = product.in_stock
    document: dict[str, str | int | list[str]] = {
        "number": number,
        "words": text.words,
        "names": text.names,
        "spoken": text.spoken,
        "program": product.mini_program_id,
        "price": product.price,
        "sales": product.sales,
        "in_stock": int(in_stock),
        "traits": traits_of(product.mini_program_id, in_stock),
    }
    if text.chars:
        document["chars"] = text.chars
    if text.name_chars:
        document["name_chars"] = text.name_chars
    if text.sounds:
        document["sounds"] = text.sounds
    if product.category_id:
        document["category"] = product.category_id
    if product.brand:
        document["brand"] = product.brand
    return orjson.dumps(document).decode()
