"""Reads the three judged sets. They are not part of this project; their folder is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.judged import Ratings, read_ratings, rows
from search.domain.documents import MiniProgram, Product, Sku

SHOP = "benchmark1"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Products, queries and ratings."""

    name: str
    products: list[Product]
    queries: dict[str, str]
    ratings: Ratings


def english(folder: Path) -> Corpus:
    """English products with brand, model, description and attributes."""
    return _corpus("English products", folder, "products", english_product)


def chinese(folder: Path) -> Corpus:
    """Chinese titles."""
    return _corpus("Chinese titles", folder, "titles", chinese_product)


def english_product(row: dict[str, object]) -> Product:
    """A row as a product; numeric attributes have lost their units and are left out."""
    attributes = row["attributes"] if isinstance(row["attributes"], dict) else {}
    return Product(
        str(row["product_id"]),
        SHOP,
        str(row["title"]),
        (Sku(f"{row['product_id']}-s", int(str(row["price"] or 0))),),
        brand=str(row["brand"] or ""),
        model=str(row["model"] or ""),
        description=str(row["description"] or ""),
        attributes={
            name[2:]: ("yes" if value else "no") if isinstance(value, bool) else value
            for name, value in attributes.items()
            if isinstance(value, str | bool)
        },
    )


def chinese_product(row: dict[str, object]) -> Product:
    """A title as a product."""
    return Product(str(row["product_id"]), SHOP, str(row["title"]), (Sku(f"{row['product_id']}-s", 100),))


def copies(products: list[Product], count: int) -> Iterator[Product]:
    """`count` products: the given ones repeated under other ids."""
    for at in range(count):
        made = products[at % len(products)]
        round_ = at // len(products)
        yield made if round_ == 0 else Product(
            f"{made.product_id}.{round_}", made.mini_program_id, made.title, made.skus, brand=made.brand,
            model=made.model, description=made.description, attributes=made.attributes,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Shops by name, queries, and the ratings of the shops' products."""

    shops: list[MiniProgram]
    queries: dict[str, str]
    ratings: Ratings


def names(folder: Path) -> Names:
    """Real shopping queries, and brand names as shop names."""
    shops = [
        MiniProgram(row["product_id"], row["title"], frozenset({"bench"}))
        for row in rows(folder / "shops.jsonl.gz")
    ]
    return Names(shops, _queries(folder), read_ratings(folder / "dev.qrels.csv"))


def _queries(folder: Path) -> dict[str, str]:
    return {row["query_id"]: row["query"] for row in rows(folder / "dev.queries.jsonl")}


def _corpus(name: str, folder: Path, file: str, make: object) -> Corpus:
    assert callable(make)  # noqa: S101
    products = [make(row) for row in rows(folder / f"{file}.jsonl.gz")]
    return Corpus(name, products, _queries(folder), read_ratings(folder / "dev.qrels.csv"))
