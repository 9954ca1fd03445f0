"""The ledger in MongoDB: one document for each posting, under the posting's natural id.

Legs never change. Two fields are added once: `due`, the first day whose statement may list the posting, and `statement`, the
day whose statement does. A payment or refund is due when the order's goods are received: `receipts` holds that day by order.
An owner's payment is due at once.
Whoever writes a posting or a receipt then looks for the other, so neither has to come first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date, datetime
from functools import partial

from pymongo import ASCENDING, IndexModel, UpdateMany
from pymongo.asynchronous.client_session import AsyncClientSession

from payment.adapters.mongo_settlements import SETTLEMENTS
from payment.domain import ledger
from payment.domain.ledger import CURRENCY, SHARED_OUT, Kind, Leg, Pending, Posting, Receipt
from payment.domain.reconciliation import Movement
from payment.domain.statements import DayState, Totals, Turnover
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new

REFUND_KINDS = [Kind.REFUND.value, Kind.LATE_REFUND.value]
ORDER_KINDS = [Kind.PAYMENT.value, Kind.LATE_PAYMENT.value, *REFUND_KINDS]
CLAIMED_AT_ONCE = 1_000
"""Postings in one transaction: it stays short, and a day of any size needs a few of them."""
CLEARING, AT_OWNER, CREATOR = (
    account.removesuffix(":") for account in (ledger.CLEARING, ledger.AT_OWNER, ledger.CREATOR)
)
_PAYEE_ACCOUNTS = {"$regex": f"^({ledger.OWNER}|{ledger.CREATOR})"}


class MongoLedger:
    """The collections `ledger` and `receipts`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ledger = db["ledger"]
        self._receipts = db["receipts"]

    async def prepare(self) -> None:
        """Create indexes by day, order and statement, and of what is in no statement by the day on which it is due."""
        by_day = IndexModel([("day", ASCENDING)])
        by_statement = IndexModel(
            [("statement", ASCENDING), ("mini_program_id", ASCENDING), ("_id", ASCENDING)]
        )
        by_due = IndexModel([("statement", ASCENDING), ("due", ASCENDING)])
        await self._ledger.create_indexes([by_day, by_statement, by_due, IndexModel("order_id")])

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        """Add the postings whose id is new, in one round trip; those of received orders are due."""
        await insert_new(self._ledger, [posting_document(posting, now) for posting in postings])
        await self._make_due([posting.order_id for posting in postings if posting.kind in SHARED_OUT])

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Keep the first receipt of each order, and make its postings due."""
        first = {receipt.order_id: receipt for receipt in reversed(receipts)}
        await insert_new(
            self._receipts,
            [{"_id": order_id, "day": receipt.day.isoformat()} for order_id, receipt in first.items()],
        )
        await self._make_due(list(first))

    async def _make_due(self, order_ids: Sequence[str | None]) -> None:
        """Set the day on which the postings of these orders are due, for orders that were received."""
        received = self._receipts.find({"_id": {"$in": list(order_ids)}})
        orders_by_day: dict[str, list[str]] = {}
        async for receipt in received:
            orders_by_day.setdefault(receipt["day"], []).append(receipt["_id"])
        kinds = [kind.value for kind in SHARED_OUT]
        updates = [
            UpdateMany(
                {"order_id": {"$in": orders}, "kind": {"$in": kinds}, "due": {"$exists": False}},
                [{"$set": {"due": {"$max": ["$day", day]}}}],
            )
            for day, orders in orders_by_day.items()
        ]
        if updates:
            await self._ledger.bulk_write(updates, ordered=False)

    async def moved(self, day: date) -> set[tuple[str, str | None]]:
        """The payments and refunds of that day that are posted: order and refund ids."""
        query: Document = {"day": day.isoformat(), "kind": {"$in": ORDER_KINDS}}
        found = self._ledger.find(query, {"order_id": 1, "refund_id": 1})
        return {(posting["order_id"], posting.get("refund_id")) async for posting in found}

    async def unclaimed_days(self, until: date) -> list[date]:
        """Days up to and including `until` with postings that are due on them and in no statement."""
        days = await self._ledger.distinct("due", _unclaimed(until))
        return sorted(date.fromisoformat(day) for day in days)

    async def unclaimed_mini_programs(self, until: date) -> set[str]:
        """The mini programs of the postings that are due by `until` and in no statement."""
        return set(await self._ledger.distinct("mini_program_id", _unclaimed(until)))

    async def claim(self, day: date, *, but: Collection[str]) -> None:
        """Assign every posting that is due by the day and in no statement to the day's statements.

        Leaves out the mini programs in `but`. Each portion is one transaction with a write to the day, so that a run that
        slept assigns nothing to a day whose postings are final.
        """
        unclaimed = _unclaimed(day) | {"mini_program_id": {"$nin": list(but)}}
        while True:
            found = self._ledger.find(unclaimed, {"_id": 1}).limit(CLAIMED_AT_ONCE)
            if not (ids := [posting["_id"] async for posting in found]):
                return
            async with self._db.client.start_session() as session:
                if not await session.with_transaction(partial(self._claim, day, ids)):
                    return

    async def _claim(self, day: date, ids: list[str], session: AsyncClientSession) -> bool:
        """Assign these postings to the day; False if the day is not open."""
        is_open = {"_id": day.isoformat(), "state": DayState.OPEN.value}
        touched = await self._db[SETTLEMENTS].update_one(is_open, {"$inc": {"portions": 1}}, session=session)
        if not touched.matched_count:
            return False
        free = {"_id": {"$in": ids}, "statement": {"$exists": False}}
        await self._ledger.update_many(free, {"$set": {"statement": day.isoformat()}}, session=session)
        return True

    async def totals(self, day: date) -> list[Totals]:
        """The sums of the day's claimed postings for each payee: a credit (negative) is money owed (positive)."""
        is_paid = {"$eq": ["$kind", Kind.OWNER_PAYMENT.value]}
        is_payment, is_refund = ({"$eq": ["$kind", kind.value]} for kind in SHARED_OUT)
        owed = {"$multiply": ["$legs.amount", -1]}
        pipeline: list[Document] = [
            {"$match": {"statement": day.isoformat()}},
            {"$unwind": "$legs"},
            {"$match": {"legs.account": _PAYEE_ACCOUNTS}},
            {
                "$group": {
                    "_id": {"mini_program_id": "$mini_program_id", "account": "$legs.account"},
                    "earned": _sum_if(is_payment, owed),
                    "reversed": _sum_if(is_refund, owed),
                    "paid": _sum_if(is_paid, owed),
                    "payments": _sum_if(is_payment, 1),
                    "refunds": _sum_if(is_refund, 1),
                }
            },
            {"$sort": {"_id": 1}},
        ]
        turnover = await self._turnover(day)
        return [
            Totals(
                (of := row["_id"]["mini_program_id"]),
                (account := row["_id"]["account"]),
                row["earned"],
                row["reversed"],
                row["payments"],
                row["refunds"],
                turnover[of] if account == ledger.OWNER + of else Turnover(),
                row["paid"],
            )
            async for row in await self._ledger.aggregate(pipeline)
        ]

    async def _turnover(self, day: date) -> dict[str, Turnover]:
        """Where the earnings of the day's statements come from, by mini program."""
        kind_of_account = {"$arrayElemAt": [{"$split": ["$legs.account", ":"]}, 0]}
        is_collected, is_payment = {"$eq": ["$of", CLEARING]}, {"$eq": ["$kind", Kind.PAYMENT.value]}
        paid, back = {"$and": [is_collected, is_payment]}, {"$and": [is_collected, {"$not": is_payment}]}
        is_commission = {"$in": ["$of", [ledger.PLATFORM, CREATOR]]}
        at_owner = {"$eq": ["$of", AT_OWNER]}
        owed = {"$multiply": ["$legs.amount", -1]}
        goods = {"$subtract": [{"$add": ["$legs.amount", _amount("discount")]}, _amount("delivery_fee")]}
        pipeline: list[Document] = [
            {"$match": {"statement": day.isoformat()}},
            {"$unwind": "$legs"},
            {"$set": {"of": kind_of_account}},
            {
                "$group": {
                    "_id": "$mini_program_id",
                    "sales": _sum_if(paid, goods),
                    "discount": _sum_if(paid, _amount("discount")),
                    "delivery_fee": _sum_if(paid, _amount("delivery_fee")),
                    "refunded": _sum_if(back, owed),
                    "commission": _sum_if(is_commission, owed),
                    "at_owner": _sum_if(at_owner, owed),
                }
            },
        ]
        return {row.pop("_id"): Turnover(**row) async for row in await self._ledger.aggregate(pipeline)}

    async def platform(self, day: date) -> int:
        """The platform's commission in the day's claimed postings."""
        return -(await self._sum({"statement": day.isoformat()}, ledger.PLATFORM))

    async def pending(self, accounts: Sequence[str]) -> Pending:
        """What is owed on these accounts and in no statement yet."""
        unlisted: Document = {
            "statement": {"$exists": False},
            "kind": {"$in": [kind.value for kind in SHARED_OUT]},
        }
        earned = -(await self._sum(unlisted, *accounts))
        return Pending(earned, earned + await self._sum(unlisted | {"due": {"$exists": True}}, *accounts))

    async def balances(self) -> dict[str, int]:
        """The balance of every account; they sum to zero."""
        pipeline: list[Document] = [
            {"$unwind": "$legs"},
            {"$group": {"_id": "$legs.account", "amount": {"$sum": "$legs.amount"}}},
            {"$sort": {"_id": 1}},
        ]
        return {row["_id"]: row["amount"] async for row in await self._ledger.aggregate(pipeline)}

    async def claimed(
        self,
        day: str,
        accounts: Sequence[str],
        mini_program_ids: Sequence[str] | None,
        after: str | None,
        limit: int,
    ) -> list[Posting]:
        """The day's claimed postings on these accounts, ordered by id, after the id `after`."""
        query: Document = {"statement": day, "legs.account": {"$in": list(accounts)}}
        if mini_program_ids is not None:
            query["mini_program_id"] = {"$in": list(mini_program_ids)}
        if after is not None:
            query["_id"] = {"$gt": after}
        found = self._ledger.find(query).sort("_id", ASCENDING).limit(limit)
        return [_posting(document) async for document in found]

    async def movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """Money of the collector that moved on that day."""
        account = ledger.CLEARING + collector
        async for found in self._ledger.find({"day": day.isoformat(), "legs.account": account}):
            amount = sum(leg["amount"] for leg in found["legs"] if leg["account"] == account)
            yield Movement(found["order_id"], found.get("refund_id"), amount)

    async def _sum(self, query: Document, *accounts: str) -> int:
        on_accounts: Document = {"legs.account": {"$in": list(accounts)}}
        pipeline: list[Document] = [
            {"$match": query | on_accounts},
            {"$unwind": "$legs"},
            {"$match": on_accounts},
            {"$group": {"_id": None, "amount": {"$sum": "$legs.amount"}}},
        ]
        found = await (await self._ledger.aggregate(pipeline)).to_list()
        return int(found[0]["amount"]) if found else 0


def _amount(field: str) -> Document:
    """A field that is absent if it is zero."""
    return {"$ifNull": [f"${field}", 0]}


def _sum_if(condition: Document, amount: Document | int) -> Document:
    return {"$sum": {"$cond": [condition, amount, 0]}}


def _unclaimed(until: date) -> Document:
    """Payouts and late money are never due: they are in no statement."""
    return {"statement": {"$exists": False}, "due": {"$lte": until.isoformat()}}


def posting_document(posting: Posting, now: datetime) -> Document:
    """The document of a posting that was written at `now`."""
    document: Document = {
        "_id": posting.id,
        "kind": posting.kind.value,
        "day": posting.day.isoformat(),
        "at": posting.at,
        "mini_program_id": posting.mini_program_id,
        "currency": CURRENCY,
        "legs": [{"account": leg.account, "amount": leg.amount} for leg in posting.legs],
        "posted_at": now,
    }
    origin = {"order_id": posting.order_id, "refund_id": posting.refund_id}
    price = {"discount": posting.discount or None, "delivery_fee": posting.delivery_fee or None}
    paid: Document = {"reference": posting.reference}
    if posting.kind is Kind.OWNER_PAYMENT:
        paid["due"] = posting.day.isoformat()
    return document | {name: value for name, value in (origin | price | paid).items() if value is not None}


def _posting(document: Document) -> Posting:
    return Posting(
        id=document["_id"],
        kind=Kind(document["kind"]),
        at=document["at"],
        mini_program_id=document["mini_program_id"],
        legs=tuple(Leg(leg["account"], leg["amount"]) for leg in document["legs"]),
        order_id=document.get("order_id"),
        refund_id=document.get("refund_id"),
        discount=document.get("discount", 0),
        delivery_fee=document.get("delivery_fee", 0),
        reference=document.get("reference"),
    )
