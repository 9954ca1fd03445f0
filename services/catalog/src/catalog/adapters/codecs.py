"""How the aggregates are stored: the fields are those of their events, so that a document can be read like one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.adapters.aggregates import Codec
from catalog.domain.mini_program import Category, Face, MiniProgram
from catalog.domain.product import Product, Sheet, Sku
from catalog.domain.terms import Terms
from catalog.domain.video import Anchor, Video
from runtime.mongo.client import Document


def terms_document(terms: Terms) -> Document:
    """Terms as stored and as events carry them."""
    return {
        "platform_bp": terms.platform_bp,
        "creator_bp": terms.creator_bp,
        "terms_version": terms.version,
    }


def _terms(document: Document) -> Terms:
    return Terms(document["platform_bp"], document["creator_bp"], document["terms_version"])


def write_mini_program(program: MiniProgram) -> Document:
    """A mini program's fields."""
    face = program.face
    return {
        "version": program.version,
        "state": program.state,
        "reason": program.reason,
        "owner": {
            "owner_id": face.owner_id,
            "name": face.owner_name,
            "name_en": face.owner_name_en,
            "kind": face.owner_kind,
        },
        "name": face.name,
        "name_en": face.name_en,
        "aliases": list(face.aliases),
        "slogan": face.slogan,
        "slogan_en": face.slogan_en,
        "category": face.category,
        "logo_url": face.logo_url,
        "banner_url": face.banner_url,
        "hosts": list(face.hosts),
        "categories": [
            {"category_id": s.category_id, "name": s.name, "name_en": s.name_en} for s in face.categories
        ],
        "exposure_priority": face.exposure_priority,
        "sponsored": face.sponsored,
        "merchant": face.merchant,
        "terms": terms_document(program.terms),
    }


def read_mini_program(document: Document) -> MiniProgram:
    """The mini program in a document."""
    owner, terms = document["owner"], _terms(document["terms"])
    face = Face(
        owner_id=owner["owner_id"],
        owner_name=owner["name"],
        owner_name_en=owner.get("name_en", ""),
        owner_kind=owner["kind"],
        name=document["name"],
        name_en=document["name_en"],
        aliases=tuple(document["aliases"]),
        slogan=document["slogan"],
        slogan_en=document.get("slogan_en", ""),
        category=document["category"],
        logo_url=document["logo_url"],
        banner_url=document["banner_url"],
        hosts=tuple(document["hosts"]),
        categories=tuple(Category(**category) for category in document["categories"]),
        exposure_priority=document["exposure_priority"],
        sponsored=document["sponsored"],
        merchant=document["merchant"],
        platform_bp=terms.platform_bp,
        creator_bp=terms.creator_bp,
    )
    return MiniProgram(
        document["_id"], face, document["state"], terms, document["version"], document["reason"]
    )


def write_product(product: Product) -> Document:
    """A product's fields."""
    sheet = product.sheet
    return {
        "version": product.version,
        "mini_program_id": product.mini_program_id,
        "title": sheet.title,
        "title_en": sheet.title_en,
        "description": sheet.description,
        "brand": sheet.brand,
        "brand_en": sheet.brand_en,
        "model": sheet.model,
        "category_id": sheet.category_id,
        "attributes": _pairs(sheet.attributes),
        "attributes_en": _pairs(sheet.attributes_en),
        "images": list(sheet.images),
        "skus": [
            {
                "sku_id": sku.sku_id,
                "attributes": _pairs(sku.attributes),
                "attributes_en": _pairs(sku.attributes_en),
                "price": sku.price,
            }
            for sku in sheet.skus
        ],
        "rating": sheet.rating,
        "sales": sheet.sales,
        "share_allowed": sheet.share_allowed,
        "listed": product.listed,
        "own_terms": list(sheet.own_terms) if sheet.own_terms else None,
        "terms": terms_document(product.terms),
    }


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Attributes are named by owners, in their order: a list, since a name may hold dots and dollars."""
    return [[name, value] for name, value in pairs]


def _read_pairs(pairs: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)


def read_product(document: Document) -> Product:
    """The product in a document. What is said in English came later than the first documents."""
    own = document["own_terms"]
    sheet = Sheet(
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
        sheet,
        document["listed"],
        _terms(document["terms"]),
        document["version"],
    )


def write_video(video: Video) -> Document:
    """A video's fields."""
    return {
        "version": video.version,
        "host_id": video.host_id,
        "creator_id": video.creator_id,
        "creator_name": video.creator_name,
        "creator_name_en": video.creator_name_en,
        "title": video.title,
        "title_en": video.title_en,
        "cover_url": video.cover_url,
        "duration_ms": video.duration_ms,
        "anchors": [
            {
                "anchor_id": anchor.anchor_id,
                "title": anchor.title,
                "title_en": anchor.title_en,
                "mini_program_id": anchor.mini_program_id,
                "product_id": anchor.product_id,
                "start_ms": anchor.start_ms,
            }
            for anchor in video.anchors
        ],
    }


def read_video(document: Document) -> Video:
    """The video in a document."""
    return Video(
        video_id=document["_id"],
        host_id=document["host_id"],
        creator_id=document["creator_id"],
        creator_name=document["creator_name"],
        creator_name_en=document.get("creator_name_en", ""),
        title=document["title"],
        title_en=document.get("title_en", ""),
        cover_url=document["cover_url"],
        duration_ms=document["duration_ms"],
        anchors=tuple(Anchor(**anchor) for anchor in document["anchors"]),
        version=document["version"],
    )


MINI_PROGRAMS = Codec("mini_programs", read_mini_program, write_mini_program)
PRODUCTS = Codec("products", read_product, write_product)
VIDEOS = Codec("videos", read_video, write_video)
