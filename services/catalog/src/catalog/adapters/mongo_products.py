"""Products in MongoDB. Field names are those of their events."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from pymongo import ASCENDING

from catalog.adapters.mongo_mini_programs import read_terms, write_terms
from catalog.domain.popularity import Popularity
from catalog.domain.product import Product, ProductDetails, ProductFilter, Sku
from catalog.domain.terms import Terms
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "products"
SHOWN = Shown(
    "product",
    (
        "title", "title_en", "description", "brand", "brand_en", "model", "category_id", "attributes", "attributes_en", "images",
        "skus", "share_allowed", "listed", "own_terms", "terms",
    ),
)  # fmt: skip


class MongoProducts(VersionedStore[Product]):
    """Implements `ProductStore`. Each event carries the whole product, so the outbox keeps the last one only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._documents, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        super().__init__(
            Codec(read_product, lambda product: write_product(product) | {CHANGED_AT: recorder.clock()}),
            recorder,
            lambda _: self._documents,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def prepare(self) -> None:
        """Make the indexes of the lists."""
        await self._lists.prepare()
        await self._documents.create_index([("mini_program_id", ASCENDING), ("_id", ASCENDING)])
        await self._documents.create_index([("mini_program_id", ASCENDING), *ORDER])
        await self._documents.create_index(
            [("mini_program_id", ASCENDING), ("feed_images", ASCENDING), ("_id", ASCENDING)]
        )

    async def of_mini_program(self, mini_program_id: str, product_ids: Iterable[str]) -> set[str]:
        """Those of the products that exist and are the mini program's."""
        wanted = {"_id": {"$in": list(product_ids)}, "mini_program_id": mini_program_id}
        return {document["_id"] async for document in self._documents.find(wanted, {"_id": 1})}

    async def with_feed_images(
        self, mini_program_id: str, addresses: Collection[str], after: str, limit: int
    ) -> list[Product]:
        """At most `limit` of its products with a picture from one of these addresses, in order of their ids, from the one after `after`."""
        wanted = {
            "mini_program_id": mini_program_id,
            "feed_images": {"$in": list(addresses)},
            "_id": {"$gt": after},
        }
        found = self._documents.find(wanted, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [read_product(document) async for document in found]

    async def page(
        self, mini_program_id: str, wanted: ProductFilter, asked: Asked, limit: int
    ) -> Part[Product]:
        """At most `limit` of the mini program's products that fit."""
        return (await self._lists.page(_query(mini_program_id, wanted), asked, limit)).each(read_product)

    async def listed(
        self, text: str, other_than: Collection[str], after: str | None, limit: int
    ) -> list[Product]:
        """At most `limit` listed products with `text` in their title, in order of their ids, from the one after `after`;
        without those of the mini programs `other_than`."""
        query: Document = {"listed": True, "_id": {"$gt": after or ""}}
        if other_than:
            query["mini_program_id"] = {"$nin": list(other_than)}
        if text:
            part = {"$regex": re.escape(text), "$options": "i"}
            query["$or"] = [{"title": part}, {"title_en": part}]
        found = self._documents.find(query, {OUTBOX_FIELD: 0}).sort("_id", 1).limit(limit)
        return [read_product(document) async for document in found]

    async def ids_with_other_terms(self, mini_program_id: str, terms: Terms) -> list[str]:
        """The mini program's products without an operator's own terms whose shares are not those of `terms`."""
        differ = [
            {"terms.platform_bp": {"$ne": terms.platform_bp}},
            {"terms.creator_bp": {"$ne": terms.creator_bp}},
        ]
        wanted = {"mini_program_id": mini_program_id, "own_terms.0": None, "$or": differ}
        return [document["_id"] async for document in self._documents.find(wanted, {"_id": 1})]


def _query(mini_program_id: str, wanted: ProductFilter) -> Document:
    query: Document = {"mini_program_id": mini_program_id}
    if wanted.listed is not None:
        query["listed"] = wanted.listed
    if wanted.category_id is not None:
        query["category_id"] = wanted.category_id
    if wanted.text:
        part = {"$regex": re.escape(wanted.text), "$options": "i"}
        fields = ({"title": part}, {"title_en": part}, {"_id": wanted.text}, {"skus.sku_id": wanted.text})
        query["$or"] = list(fields)
    return query


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
                "low_at": sku.low_at,
            }
            for sku in details.skus
        ],
        "rating": details.rating,
        "sales": details.sales,
        "share_allowed": details.share_allowed,
        "listed": product.listed,
        "own_terms": list(details.own_terms) if details.own_terms else None,
        "terms": write_terms(product.terms),
        "edition": product.edition,
        "feed_run": product.feed_run,
        "feed_images": list(product.feed_images),
        "popularity": {
            "sold": product.popularity.sold,
            "reviews": product.popularity.reviews,
            "stars": product.popularity.stars,
        },
    }


def read_product(document: Document) -> Product:
    """The product in a document. Documents may lack the English brand and attributes, the edition, what was counted, when
    stock is low, and the run and pictures of a feed."""
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
                sku.get("low_at"),
            )
            for sku in document["skus"]
        ),
        rating=document["rating"],
        sales=document["sales"],
        share_allowed=document["share_allowed"],
        own_terms=(own[0], own[1]) if own else None,
        listed=document["listed"],
    )
    return Product(
        document["_id"],
        document["mini_program_id"],
        details,
        read_terms(document["terms"]),
        document["version"],
        document.get("edition") or document["version"],
        read_as(Popularity, document.get("popularity", {})),
        document.get("feed_run", ""),
        tuple(document.get("feed_images", ())),
    )


def _write_pairs(pairs: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Owners name the attributes and order them; a list, because a name may contain dots and dollars."""
    return [[name, value] for name, value in pairs]


def _read_pairs(pairs: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)
