"""The fields of the embedded index, and how a product is written to it."""

from __future__ import annotations

from pathlib import Path

import tantivy

from search.domain.documents import Product, number_of
from search.engine.layout import indexed

FREQUENCIES, PRESENCE = "freq", "basic"
"""What is kept of a term: no field needs positions."""
ACCESSORY_BIT, STOCK_BIT, PROGRAM_SHIFT = 1, 2, 2


def schema() -> tantivy.Schema:
    """The fields; see `layout` for what the text fields hold. Nothing is stored: the state has all there is to show."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("words", tokenizer_name="whitespace", index_option=FREQUENCIES)
    fields.add_text_field("chars", tokenizer_name="grams", index_option=FREQUENCIES)
    fields.add_text_field("spoken", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("sounds", tokenizer_name="whitespace", index_option=PRESENCE)
    fields.add_text_field("program", tokenizer_name="raw", index_option=PRESENCE)
    fields.add_text_field("category", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    fields.add_text_field("brand", tokenizer_name="raw", index_option=PRESENCE, fast=True)
    fields.add_unsigned_field("number", indexed=True, fast=True)
    for name in ("price", "sales", "in_stock"):
        fields.add_unsigned_field(name, indexed=True, fast=True)
    fields.add_unsigned_field("traits", fast=True)
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
    """The product as it is indexed."""
    text = indexed(product)
    in_stock = product.in_stock
    document = tantivy.Document()
    document.add_unsigned("number", number_of(product.product_id))
    document.add_text("words", text.words)
    if text.chars:
        document.add_text("chars", text.chars)
    if text.sounds:
        document.add_text("sounds", text.sounds)
    document.add_text("spoken", text.spoken)
    document.add_text("program", product.mini_program_id)
    document.add_text("category", product.category_id)
    document.add_text("brand", product.brand)
    document.add_unsigned("price", product.price)
    document.add_unsigned("sales", product.sales)
    document.add_unsigned("in_stock", int(in_stock))
    document.add_unsigned("traits", traits_of(product.mini_program_id, text.accessory, in_stock))
    return document


def traits_of(mini_program_id: str, accessory: bool, in_stock: bool) -> int:
    """What ranking weighs, in one number, so that a hit costs one look."""
    return number_of(mini_program_id) << PROGRAM_SHIFT | STOCK_BIT * in_stock | ACCESSORY_BIT * accessory
