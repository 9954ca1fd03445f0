"""Products in MongoDB. Field names are those of their events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.adapters.mongo_mini_programs import read_terms, write_terms
from catalog.domain.product import Product, ProductDetails, Sku
from catalog.domain.terms import Terms
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "products"


class MongoProducts(VersionedStore[Product]):
    """Implements `ProductStore`. Each event carries the whole product, so the outbox keeps the last one only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        super().__init__(
            Codec(read_product, write_product), recorder, lambda _: self._documents, replace_outbox=True
        )

    async def of_mini_program(self, mini_program_id: str, product_ids: Iterable[str]) -> set[str]:
        """Those of the products that exist and are the mini program's."""
        wanted = {"_id": {"$in": list(product_ids)}, "mini_program_id": mini_program_id}
        return {document["_id"] async for document in self._documents.find(wanted, {"_id": 1})}

    async def ids_with_other_terms(self, mini_program_id: str, terms: Terms) -> list[str]:
        """The mini program's products that have no terms of their own, and other shares than `terms`."""
        differ = [
            {"terms.platform_bp": {"$ne": terms.platform_bp}},
            {"terms.creator_bp": {"$ne": terms.creator_bp}},
        ]
        wanted = {"mini_program_id": mini_program_id, "own_terms": None, "$or": differ}
        return [document["_id"] async for document in self._documents.find(wanted, {"_id": 1})]


def write_product(product: Product) -> Document:
    """The fields of its document, without `created_at`."""
    details = product.details
    return {
        "_id": product.product_id,
        "version": product.version,
        "mini_program_id": product.mini_program_id,
        "title": details.title,
        "title_en": details.title_en,
        "description": details.description,
        "brand": details.brand,
        "brand_en": details.brand_en,
        "model": details.model,
        "category_id": details.category_id,
        "attributes": _write_pairs(details.attributes),
        "attributes_en": _write_pairs(details.attributes_en),
        "images": list(details.images),
        "skus": [
            {
                "sku_id": sku.sku_id,
                "attributes": _write_pairs(sku.attributes),
                "attributes_en": _write_pairs(sku.attributes_en),
                "price": sku.price,
            }
            for sku in details.skus
        ],
        "rating": details.rating,
        "sales": details.sales,
        "share_allowed": details.share_allowed,
        "listed": product.listed,
        "own_terms": list(details.own_terms) if details.own_terms else None,
        "terms": write_terms(product.terms),
    }


def read_product(document: Document) -> Product:
    """The product in a document. Documents may lack the English brand and attributes."""
    own = document["own_terms"]
    details = ProductDetails(
        title=document["title"],
        title_en=document["title_en"],
        description=document["description"],
        brand=document["brand"],
        brand_en=document.get("brand_en", ""),
        model=document["model"],
        category_id=document["category_id"],
        attributes=_read_pairs(document["attributes"]),
        attributes_en=_read_pairs(document.get("attributes_en", ())),
        images=tuple(document["images"]),
        skus=tuple(
            Sku(
                sku["sku_id"],
                _read_pairs(sku["attributes"]),
                sku["price"],
                _read_pairs(sku.get("attributes_en", ())),
            )
            for sku in document["skus"]
        ),
        rating=document["rating"],
        sales=document["sales"],
        share_allowed=document["share_allowed"],
        own_terms=(own[0], own[1]) if own else None,
    )
    return Product(
        document["_id"],
        document["mini_program_id"],
        details,
        document["listed"],
        read_terms(document["terms"]),
        document["version"],
    )


def _write_pairs(pairs: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Owners name the attributes and order them; a list, because a name may contain dots and dollars."""
    return [[name, value] for name, value in pairs]


def _read_pairs(pairs: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)
