"""Events as what search knows of things."""

from __future__ import annotations

from contracts.catalog import MiniProgramState, ProductState
from contracts.identity import AccountState
from search.domain.documents import Account, MiniProgram, Product, Sku


def mini_program_of(event: MiniProgramState) -> MiniProgram:
    """The mini program that an event tells of."""
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
        version=event.version,
    )


def account_of(event: AccountState) -> Account:
    """The account that an event tells of."""
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
    """The product that an event tells of; its SKUs count as available until the stock says otherwise."""
    return Product(
        product_id=event.product_id,
        mini_program_id=event.mini_program_id,
        title=event.title,
        skus=tuple(Sku(sku.sku_id, sku.price.amount, attributes=sku.attributes) for sku in event.skus),
        title_en=event.title_en,
        brand=event.brand,
        model=event.model,
        description=event.description,
        category_id=event.category_id,
        attributes=event.attributes,
        image_url=event.images[0] if event.images else "",
        sales=event.sales,
        rating=event.rating,
        listed=event.listed,
        version=event.version,
    )
