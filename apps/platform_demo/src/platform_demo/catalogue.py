"""The catalogue: the shops and products that the platform begins with, as a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

BUILT_IN = ("huaiyu", "chenglu")


class WrongCatalogue(Exception):
    """The file cannot be used; the text says why."""


@dataclass(frozen=True)
class Text:
    """A text in Chinese and in English; written `中文 / English`, or once if it is the same in both."""

    zh: str
    en: str


@dataclass(frozen=True)
class Sku:
    """A variant that can be bought. `price` is in fen; `pieces` is the first allotment, which Anchorage may sell."""

    sku_id: str
    size: str
    price: int
    pieces: int


@dataclass(frozen=True)
class Product:
    """A product of a shop. Its picture is a `shape` of `pictures.py` in a colour."""

    product_id: str
    title: Text
    description: str
    category: str
    shape: str
    colour: str
    skus: tuple[Sku, ...]


@dataclass(frozen=True)
class Shop:
    """A shop of the platform: a mini program at Anchorage. `carrier` is an id of GET /v1/carriers."""

    mini_program_id: str
    name: Text
    carrier: str
    products: tuple[Product, ...]


@dataclass(frozen=True)
class Catalogue:
    """The platform with its shops."""

    name: Text
    shops: tuple[Shop, ...]


def load_catalogue(named: str) -> Catalogue:
    """One of the package's own catalogues by its name, or a file. Raises WrongCatalogue."""
    try:
        if named in BUILT_IN:
            content = (
                files("platform_demo").joinpath("catalogues", f"{named}.toml").read_text(encoding="utf-8")
            )
        else:
            content = Path(named).read_text(encoding="utf-8")
        return read_catalogue(content)
    except OSError as error:
        raise WrongCatalogue(f"{named} cannot be read: {error.strerror}") from error


def read_catalogue(content: str) -> Catalogue:
    """Raises WrongCatalogue."""
    try:
        table = tomllib.loads(content)
        return Catalogue(_text(table["name"]), tuple(_shop(shop) for shop in table.get("shop", ())))
    except tomllib.TOMLDecodeError as error:
        raise WrongCatalogue(f"the catalogue is not TOML: {error}") from error
    except KeyError as missing:
        raise WrongCatalogue(f"an entry of the catalogue lacks {missing}") from missing


def _shop(entry: dict[str, Any]) -> Shop:
    products = tuple(_product(one) for one in entry.get("product", ()))
    return Shop(entry["mini_program_id"], _text(entry["name"]), entry["carrier"], products)


def _product(entry: dict[str, Any]) -> Product:
    product_id: str = entry["id"]
    sizes: dict[str, Any] = entry["sizes"]
    return Product(
        product_id=product_id,
        title=_text(entry["title"]),
        description=entry["about"],
        category=entry["category"],
        shape=entry["shape"],
        colour=entry["colour"],
        skus=tuple(
            Sku(f"{product_id}_{n}", size, offer["price"], offer["pieces"])
            for n, (size, offer) in enumerate(sizes.items(), start=1)
        ),
    )


def _text(written: str) -> Text:
    zh, bar, en = written.partition(" / ")
    return Text(zh.strip(), (en if bar else zh).strip())
