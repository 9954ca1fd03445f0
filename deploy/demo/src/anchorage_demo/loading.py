"""Builds a `World` from the tables under `data/`."""

from functools import cache
from itertools import chain

from anchorage_demo.products import build_product
from anchorage_demo.source import Glossary, SourceError, Table, paragraph, read
from anchorage_demo.text import Text
from anchorage_demo.world import (
    Account,
    Anchor,
    Category,
    CommissionTerms,
    Creator,
    Host,
    MiniProgram,
    MiniProgramCategory,
    Operator,
    Owner,
    Product,
    Section,
    Video,
    World,
)


@cache
def load_world() -> World:
    """The demo world; every call returns the same object."""
    base, people, words = read("world.toml"), read("people.toml"), Glossary()
    stores = [_store(folder, words) for folder in base["stores"]]
    games = [mini_program(game, "game") for game in base["game"]]
    return World(
        hosts=tuple(_host(entry) for entry in base["host"]),
        owners=tuple(
            Owner(entry["owner_id"], Text.parse(entry["name"]), entry["kind"], entry["client_id"])
            for entry in base["owner"]
        ),
        operators=tuple(
            Operator(entry["operator_id"], Text.parse(entry["name"]), entry["client_id"])
            for entry in base["operator"]
        ),
        mini_programs=(*(shop for shop, _ in stores), *games),
        products=tuple(chain.from_iterable(products for _, products in stores)),
        accounts=(
            *chain.from_iterable(_creator_accounts(entry) for entry in people["creator"]),
            *(_merchant(entry) for entry in people["merchant"]),
        ),
        creators=tuple(_creator(entry) for entry in people["creator"]),
        videos=tuple(_video(entry) for entry in read("videos.toml")["video"]),
    )


def _store(folder: str, words: Glossary) -> tuple[MiniProgram, list[Product]]:
    store = read(f"stores/{folder}/store.toml")
    shelves = {key: read(f"stores/{folder}/{key}.toml") for key in store["categories"]}
    categories = {
        key: Category(key, Text.parse(shelf["name"]), shelf["accent"], shelf["backdrop"])
        for key, shelf in shelves.items()
    }
    products = []
    for shelf_key, shelf in shelves.items():
        for key, entry in shelf["product"].items():
            try:
                products.append(build_product(key, entry, shelf, categories[shelf_key], store, words))
            except KeyError as missing:
                raise SourceError(f"stores/{folder}/{shelf_key}.toml: {key} lacks {missing}") from missing
    return mini_program(store, "ecommerce", tuple(categories.values())), products


def mini_program(
    entry: Table, category: MiniProgramCategory, categories: tuple[Category, ...] = ()
) -> MiniProgram:
    return MiniProgram(
        mini_program_id=entry["mini_program_id"],
        owner_id=entry["owner"],
        name=Text.parse(entry["name"]),
        slogan=Text.parse(entry["slogan"]),
        about=paragraph(entry["about"]),
        aliases=tuple(entry["aliases"]),
        category=category,
        host_ids=tuple(entry["hosts"]),
        exposure_priority=entry["exposure_priority"],
        colour=entry["colour"],
        mark=entry["mark"],
        categories=categories,
        window=tuple(f"{entry['prefix']}_{key}" for key in entry.get("window", [])),
        sections=tuple(_section(entry["prefix"], section) for section in entry.get("sections", [])),
        commission=CommissionTerms(**entry["commission"]) if "commission" in entry else None,
    )


def _section(prefix: str, entry: Table) -> Section:
    product_ids = tuple(f"{prefix}_{key}" for key in entry["products"])
    return Section(kind=entry["kind"], title=Text.parse(entry["title"]), product_ids=product_ids)


def _host(entry: Table) -> Host:
    return Host(
        host_id=entry["host_id"],
        name=Text.parse(entry["name"]),
        about=paragraph(entry["about"]),
        kind=entry["kind"],
        colour=entry["colour"],
        client_id=entry["client_id"],
    )


def _merchant(entry: Table) -> Account:
    return Account(
        account_id=entry["account_id"],
        host_id=entry["host"],
        name=Text.parse(entry["name"]),
        about=paragraph(entry["about"]),
        followers=entry["followers"],
        colour=entry["colour"],
    )


def _creator(entry: Table) -> Creator:
    return Creator(
        creator_id=entry["creator_id"],
        name=Text.parse(entry["name"]),
        about=paragraph(entry["about"]),
        client_id=entry["client_id"],
        account_ids={host: _account_id(entry["creator_id"], host) for host in entry["hosts"]},
    )


def _creator_accounts(entry: Table) -> list[Account]:
    return [
        Account(
            account_id=_account_id(entry["creator_id"], host),
            host_id=host,
            name=Text.parse(entry["name"]),
            about=paragraph(entry["about"]),
            followers=followers,
            colour=entry["colour"],
            creator_id=entry["creator_id"],
            hair=entry["hair"],
        )
        for host, followers in entry["hosts"].items()
    ]


def _account_id(creator_id: str, host_id: str) -> str:
    return f"acct_{host_id.removeprefix('host_')}_{creator_id.removeprefix('creator_')}"


def _video(entry: Table) -> Video:
    video_id: str = entry["video_id"]
    return Video(
        video_id=video_id,
        host_id=entry["host"],
        creator_id=entry["creator"],
        title=Text.parse(entry["title"]),
        seconds=entry["seconds"],
        likes=entry["likes"],
        scene=entry["scene"],
        anchors=tuple(
            Anchor(f"anc_{video_id.removeprefix('vid_')}_{number}", Text.parse(label), product_id)
            for number, (product_id, label) in enumerate(entry["anchors"].items(), start=1)
        ),
    )
