"""Mini programs in MongoDB. Field names are those of their events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pymongo import ASCENDING

from alike.names import KEY_EDITION, keys_of, name_key
from catalog.domain.content import Category, Section
from catalog.domain.mini_program import MiniProgram, MiniProgramDetails
from catalog.domain.names import Holder
from catalog.domain.terms import Terms
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "mini_programs"
SHOWN = Shown(
    "mini_program",
    (
        "state", "reason", "owner.owner_id", "name", "name_en", "aliases", "slogan", "slogan_en", "category", "logo_url",
        "banner_url", "hosts", "categories", "sections", "theme_colour", "shown_version", "exposure_priority", "sponsored",
        "merchant", "terms",
    ),
    "owner.owner_id",
)  # fmt: skip


class MongoMiniPrograms(VersionedStore[MiniProgram]):
    """Implements `MiniProgramStore`. Each event carries the whole mini program, so the outbox keeps the last one only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._documents, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        self._clock = recorder.clock
        super().__init__(
            Codec(
                read_mini_program,
                lambda program: write_mini_program(program) | {CHANGED_AT: recorder.clock()},
            ),
            recorder,
            lambda _: self._documents,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def page(self, owner_id: str | None, asked: Asked, limit: int) -> Part[MiniProgram]:
        """At most `limit` of the owner's mini programs (of all, for None)."""
        wanted: Document = {"owner.owner_id": owner_id} if owner_id is not None else {}
        return (await self._lists.page(wanted, asked, limit)).each(read_mini_program)

    async def touch(self, mini_program_id: str) -> None:
        """The mini program's draft, its versions or what hosts said changed now."""
        await self._documents.update_one({"_id": mini_program_id}, {"$max": {CHANGED_AT: self._clock()}})

    async def prepare(self) -> None:
        """Make the indexes, and bring the keys and times of change that an older version stored up to date."""
        await self._lists.prepare()
        await self._documents.create_index([("owner.owner_id", ASCENDING), *ORDER])
        await self._documents.create_index(ORDER)
        await self._documents.create_index("name_keys")
        of_another = {"key_edition": {"$ne": KEY_EDITION}}
        async for document in self._documents.find(of_another, {OUTBOX_FIELD: 0}):
            as_read = {"_id": document["_id"], "version": document["version"]}
            keys = _name_keys(read_mini_program(document).details)
            await self._documents.update_one(
                as_read, {"$set": {"name_keys": keys, "key_edition": KEY_EDITION}}
            )

    async def named(self, keys: Sequence[str]) -> list[Holder]:
        """The names with one of these keys of mini programs that were published, each with its mini program."""
        query = {"name_keys": {"$in": list(keys)}, "state": {"$ne": "registered"}}
        programs = [
            read_mini_program(document) async for document in self._documents.find(query, {OUTBOX_FIELD: 0})
        ]
        return [
            Holder(name, program.details.owner_id, program.details.owner_name, False, program.mini_program_id)
            for program in programs
            for name in _names(program.details)
            if name_key(name) in keys
        ]

    async def ids(self) -> list[str]:
        """The ids of all mini programs."""
        return [document["_id"] async for document in self._documents.find({}, {"_id": 1})]


def write_mini_program(program: MiniProgram) -> Document:
    """The fields of its document, without `created_at`."""
    details = program.details
    return {
        "_id": program.mini_program_id,
        "version": program.version,
        "state": program.state,
        "reason": program.reason,
        "owner": {
            "owner_id": details.owner_id,
            "name": details.owner_name,
            "name_en": details.owner_name_en,
            "kind": details.owner_kind,
        },
        "name": details.name,
        "name_en": details.name_en,
        "aliases": list(details.aliases),
        "name_keys": _name_keys(details),
        "key_edition": KEY_EDITION,
        "slogan": details.slogan,
        "slogan_en": details.slogan_en,
        "category": details.category,
        "logo_url": details.logo_url,
        "banner_url": details.banner_url,
        "hosts": list(details.hosts),
        "categories": write_categories(details.categories),
        "sections": write_sections(details.sections),
        "theme_colour": details.theme_colour,
        "shown_version": program.shown_version,
        "closed_for_owner": program.closed_for_owner,
        "exposure_priority": details.exposure_priority,
        "sponsored": details.sponsored,
        "merchant": details.merchant,
        "terms": write_terms(program.terms),
    }


def _names(details: MiniProgramDetails) -> tuple[str, ...]:
    return details.name, details.name_en, *details.aliases


def _name_keys(details: MiniProgramDetails) -> list[str]:
    """By which equal names are found."""
    return keys_of(_names(details))


def read_mini_program(document: Document) -> MiniProgram:
    """The mini program in a document. Documents may lack the English texts of the owner and the slogan, and the layout."""
    owner, terms = document["owner"], read_terms(document["terms"])
    details = MiniProgramDetails(
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
        categories=read_categories(document["categories"]),
        sections=read_sections(document.get("sections", ())),
        theme_colour=document.get("theme_colour", ""),
        exposure_priority=document["exposure_priority"],
        sponsored=document["sponsored"],
        merchant=document["merchant"],
        platform_bp=terms.platform_bp,
        creator_bp=terms.creator_bp,
    )
    return MiniProgram(
        document["_id"],
        details,
        document["state"],
        terms,
        document["version"],
        document["reason"],
        document.get("shown_version", 0),
        document.get("closed_for_owner", False),
    )


def write_categories(categories: Iterable[Category]) -> list[Document]:
    """Categories as they are stored."""
    return [{"category_id": c.category_id, "name": c.name, "name_en": c.name_en} for c in categories]


def read_categories(documents: Iterable[Document]) -> tuple[Category, ...]:
    """The categories in documents."""
    return tuple(read_as(Category, document) for document in documents)


def write_sections(sections: Iterable[Section]) -> list[Document]:
    """A layout as it is stored."""
    return [
        {
            "kind": section.kind,
            "title": section.title,
            "title_en": section.title_en,
            "category_id": section.category_id,
            "product_ids": list(section.product_ids),
        }
        for section in sections
    ]


def read_sections(documents: Iterable[Document]) -> tuple[Section, ...]:
    """The layout in documents."""
    return tuple(read_as(Section, d, product_ids=tuple(d["product_ids"])) for d in documents)


def write_terms(terms: Terms) -> Document:
    """Terms as they are stored, and as events carry them."""
    return {
        "platform_bp": terms.platform_bp,
        "creator_bp": terms.creator_bp,
        "terms_version": terms.version,
    }


def read_terms(document: Document) -> Terms:
    """The terms in a document."""
    return Terms(document["platform_bp"], document["creator_bp"], document["terms_version"])
