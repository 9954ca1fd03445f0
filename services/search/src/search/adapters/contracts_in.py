"""Maps other services' events to facts of search."""

from __future__ import annotations

from dataclasses import replace

from contracts.catalog import MiniProgramState, ProductState, StockLevelChanged
from contracts.engagement import SearchPerformed
from contracts.event import Event
from contracts.identity import AccountState
from contracts.topics import ACCOUNTS, MINI_PROGRAMS, PRODUCTS, Topic
from search.application.facts import Fact, SearchMade, StockLevel
from search.domain.documents import Account, MiniProgram, Product, Sku

LAST_VERSION = 2**62
"""No event has a higher version."""


def fact_of(event: Event) -> Fact | None:
    """What an event means; None for a search that does not count towards popular queries of the column."""
    if isinstance(event, MiniProgramState):
        return mini_program_of(event)
    if isinstance(event, AccountState):
        return account_of(event)
    if isinstance(event, ProductState):
        return product_of(event)
    if isinstance(event, StockLevelChanged):
        return StockLevel(event.sku_id, event.product_id, event.version, event.available)
    if isinstance(event, SearchPerformed) and event.viewer_is_known and event.mini_program_id is None:
        return SearchMade(event.host_id, event.query, event.viewer)
    return None


def erasure_of(topic: Topic, key: str) -> Fact | None:
    """What a record without a value means: only the id is left, newer than any event that may still follow."""
    if topic is MINI_PROGRAMS:
        return replace(MiniProgram.unknown(key), version=LAST_VERSION)
    if topic is ACCOUNTS:
        return Account(key, host_id="", name="", active=False, version=LAST_VERSION)
    if topic is PRODUCTS:
        return Product(key, mini_program_id="", title="", skus=(), listed=False, version=LAST_VERSION)
    return None


def mini_program_of(event: MiniProgramState) -> MiniProgram:
    """The mini program of an event."""
    return MiniProgram(
        mini_program_id=event.mini_program_id,
        name=event.name,
        hosts=frozenset(event.hosts),
        published=event.state == "published",
        name_en=event.name_en,
        aliases=event.aliases,
        owner_id=event.owner.owner_id,
        owner_name=event.owner.name,
        owner_name_en=event.owner.name_en,
        owner_kind=event.owner.kind,
        slogan=event.slogan,
        slogan_en=event.slogan_en,
        category=event.category,
        logo_url=event.logo_url,
        exposure_priority=event.exposure_priority,
        sponsored=event.sponsored,
        shelves={shelf.category_id: shelf.name for shelf in event.categories},
        shelves_en={shelf.category_id: shelf.name_en for shelf in event.categories if shelf.name_en},
        version=event.version,
    )


def account_of(event: AccountState) -> Account:
    """The account of an event."""
    return Account(
        account_id=event.account_id,
        host_id=event.host_id,
        name=event.name,
        kind=event.kind,
        bio=event.bio,
        avatar_url=event.avatar_url,
        followers=event.followers,
        active=event.active,
        version=event.version,
    )


def product_of(event: ProductState) -> Product:
    """The product of an event; its SKUs count as available until a stock level says otherwise."""
    return Product(
        product_id=event.product_id,
        mini_program_id=event.mini_program_id,
        title=event.title,
        skus=tuple(Sku(sku.sku_id, sku.price.amount) for sku in event.skus),
        title_en=event.title_en,
        brand=event.brand,
        brand_en=event.brand_en,
        model=event.model,
        description=event.description,
        category_id=event.category_id,
        attributes=event.attributes,
        attributes_en=event.attributes_en,
        options=_options(event),
        image_url=event.images[0] if event.images else "",
        sales=event.sales,
        rating=event.rating,
        listed=event.listed,
        version=event.version,
    )


def _options(event: ProductState) -> tuple[str, ...]:
    """The sizes, colours and other values that buyers choose from, each once."""
    chosen = (
        value
        for sku in event.skus
        for values in (sku.attributes, sku.attributes_en)
        for value in values.values()
    )
    return tuple(dict.fromkeys(chosen))
