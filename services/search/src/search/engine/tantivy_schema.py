"""The fields of the embedded index, and how a product is written to and read from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import tantivy

from search.domain.documents import Product, Sku
from search.engine.layout import indexed, number_of

FREQUENCIES, PRESENCE = "freq", "basic"
"""What is kept of a term: no field needs positions."""


def schema() -> tantivy.Schema:
    """The fields; see `layout` for what the text fields hold."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("product_id", tokenizer_name="raw", index_option=PRESENCE)
    fields.add_text_field("words", tokenizer_name="whitespace", index_option=FREQUENCIES)
    fields.add_text_field("chars", tokenizer_name="grams", index_option=FREQUENCIES)
    fields.add_text_field("spoken", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("sounds", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("program", tokenizer_name="raw", index_option=PRESENCE)
    fields.add_text_field("category", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    fields.add_text_field("brand", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    for name in ("price", "sales", "in_stock"):
        fields.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("accessory", "program_number"):
        fields.add_unsigned_field(name, fast=True)
    fields.add_bytes_field("source", stored=True)
    return fields.build()


def open_index(folder: Path | None) -> tantivy.Index:
    """The index in `folder`, made when it is not there; in memory for None."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(schema(), path=None if folder is None else str(folder))
    # an index does not remember its tokenizers: they are registered on each opening
    analyzer = tantivy.TextAnalyzerBuilder
    index.register_tokenizer("whitespace", analyzer(tantivy.Tokenizer.whitespace()).build())
    index.register_tokenizer("grams", analyzer(tantivy.Tokenizer.ngram(1, 2)).build())
    index.config_reader("manual")
    return index


def to_document(product: Product) -> tantivy.Document:
    """The product as it is written; one that is not listed is stored, but nothing of it can be found."""
    text = indexed(product)
    document = tantivy.Document()
    document.add_text("product_id", product.product_id)
    document.add_bytes("source", source_of(product))
    if product.listed:
        document.add_text("words", text.words)
        for name, value in (("chars", text.chars), ("spoken", text.spoken), ("sounds", text.sounds)):
            if value:
                document.add_text(name, value)
        document.add_text("program", product.mini_program_id)
        document.add_text("category", product.category_id)
        document.add_text("brand", product.brand)
        document.add_unsigned("price", product.price)
        document.add_unsigned("sales", product.sales)
        document.add_unsigned("in_stock", int(product.in_stock))
        document.add_unsigned("accessory", int(text.accessory))
        document.add_unsigned("program_number", number_of(product.mini_program_id))
    return document


def source_of(product: Product) -> bytes:
    """The whole product as JSON: an answer needs no other store, and a change of stock no other source."""
    return orjson.dumps(product)


def product_of(source: bytes) -> Product:
    """The product of `source_of`."""
    fields: dict[str, Any] = orjson.loads(source)
    fields["skus"] = tuple(Sku(**sku) for sku in fields["skus"])
    return Product(**fields)


