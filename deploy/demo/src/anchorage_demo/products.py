"""Builds a `Product` from its table: every colour in every size is an SKU."""

import re
from itertools import product as every_pair

from anchorage_demo.source import Glossary, SourceError, Table, paragraph
from anchorage_demo.text import Text
from anchorage_demo.world import Attribute, Category, CommissionTerms, Picture, Product, Sku

Choice = tuple[str, Attribute | None]
"""One choice of an SKU: the suffix of its id, and its attribute (None if there is only one option)."""


def build_product(
    key: str, entry: Table, shelf: Table, category: Category, store: Table, words: Glossary
) -> Product:
    """The product `key` of one store.

    `shelf` is the category's file, whose values stand in where the entry has none of its own.
    Raises SourceError when stock and SKUs do not match, or a word is missing from the glossary.
    """
    product_id = f"{store['prefix']}_{key}"
    colours: list[str] = entry.get("colours", [])
    pictures = _pictures(product_id, colours or [entry["tint"]], words)
    about, note = paragraph(entry["about"]), paragraph(shelf["note"])
    return Product(
        product_id=product_id,
        mini_program_id=store["mini_program_id"],
        category_id=category.category_id,
        title=Text.parse(entry["title"]),
        description=Text(f"{about.zh}\n\n{note.zh}", f"{about.en}\n\n{note.en}"),
        brand=Text.parse(entry.get("brand") or store["brand"]),
        model=Text.parse(entry["model"]),
        attributes=tuple(_attribute(name, value, words) for name, value in entry["facts"].items()),
        skus=_skus(product_id, entry, entry.get("axis") or shelf["axis"], pictures, words),
        rating=entry["rating"],
        sold=entry["sold"],
        commission=_commission(entry, shelf, store),
        pictures=pictures,
        art=entry["art"],
        accent=entry.get("accent", category.accent),
        backdrop=category.backdrop,
    )


def _skus(
    product_id: str, entry: Table, axis: str, pictures: tuple[Picture, ...], words: Glossary
) -> tuple[Sku, ...]:
    colours: list[str] = entry.get("colours", [])
    colour_choices: list[Choice] = [
        (f"_{colour}", Attribute("colour", words.name("colour"), words.colour_name(colour)))
        for colour in colours
    ] or [("", None)]
    sizes: dict[str, int] = entry.get("sizes", {})
    size_choices: list[tuple[Choice, int]] = [
        ((f"_{_slug(Text.parse(label).en)}", _attribute(axis, label, words)), price)
        for label, price in sizes.items()
    ] or [(("", None), entry["price"])]

    stock: list[int] = entry["stock"]
    pairs = list(every_pair(enumerate(colour_choices), size_choices))
    if len(pairs) != len(stock):
        raise SourceError(f"{product_id} has {len(pairs)} SKUs and {len(stock)} stock figures")
    return tuple(
        Sku(
            sku_id=product_id + colour_part + size_part,
            attributes=tuple(choice for choice in (colour, size) if choice),
            price_fen=price,
            stock=available,
            image_name=pictures[position].name,
        )
        for ((position, (colour_part, colour)), ((size_part, size), price)), available in zip(
            pairs, stock, strict=True
        )
    )


def _pictures(product_id: str, colours: list[str], words: Glossary) -> tuple[Picture, ...]:
    names = [product_id, *(f"{product_id}_{colour}" for colour in colours[1:])]
    return tuple(
        Picture(name, words.colour_code(colour)) for name, colour in zip(names, colours, strict=True)
    )


def _attribute(key: str, written: str, words: Glossary) -> Attribute:
    return Attribute(key, words.name(key), Text.parse(written))


def _commission(entry: Table, shelf: Table, store: Table) -> CommissionTerms:
    """The creator's share is the product's, else its category's, else its store's."""
    terms: Table = store["commission"]
    creator_bps: int = next(level["creator_bps"] for level in (entry, shelf, terms) if "creator_bps" in level)
    return CommissionTerms(creator_bps=creator_bps, platform_bps=terms["platform_bps"])


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
