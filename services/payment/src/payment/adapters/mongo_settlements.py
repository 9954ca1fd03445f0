"""Settled days and their statements in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import date

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from payment.domain.ledger import OWNER
from payment.domain.statements import (
    By,
    DayState,
    Left,
    PeriodTotals,
    Reason,
    SetAside,
    SettlementDay,
    Statement,
    Totals,
    Turnover,
)
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.writes import insert_new
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown

SETTLEMENTS = "settlements"
SHOWN = Shown("settlement", ("state", "number", "statements", "paid_out", "platform"))
_PERIOD_LENGTH = {By.DAY: len("2026-11-22"), By.MONTH: len("2026-11")}
_SUMMED = ("earned", "reversed", "paid_out", "payments", "refunds")
_TURNOVER = tuple(field.name for field in fields(Turnover))
"""Absent if they are zero."""


class MongoSettlements:
    """The collections `settlements` (by day) and `statements`."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._actions = Actions(recorder, SHOWN)
        self._settlements = db[SETTLEMENTS]
        self._statements = db["statements"]

    async def prepare(self) -> None:
        """Create indexes of days by number, of statements by day and payee, and by account for what is carried over."""
        by_payee = IndexModel([("payee_kind", ASCENDING), ("payee", ASCENDING), ("_id", DESCENDING)])
        by_account = IndexModel(
            [
                ("mini_program_id", ASCENDING),
                ("account", ASCENDING),
                ("number", DESCENDING),
                ("day", DESCENDING),
            ]
        )
        await self._statements.create_indexes([IndexModel("day"), by_payee, by_account])
        await self._settlements.create_indexes([IndexModel("number", unique=True, sparse=True)])

    async def get(self, day: date) -> SettlementDay | None:
        """The day; None when its settlement has not begun."""
        found = await self._settlements.find_one({"_id": day.isoformat()})
        return _day(found) if found is not None else None

    async def latest(self) -> SettlementDay | None:
        """The day with the highest number."""
        found = await self._settlements.find_one(sort=[("number", DESCENDING), ("_id", DESCENDING)])
        return _day(found) if found is not None else None

    async def unsettled(self) -> list[SettlementDay]:
        """The days that are not closed, in the order of their numbers."""
        found = self._settlements.find({"state": {"$ne": DayState.CLOSED.value}})
        return [_day(document) async for document in found.sort("number", ASCENDING)]

    async def renumber(self, day: SettlementDay, number: int) -> SettlementDay:
        """Give a day that is not closed this number, unless another day has it; the day as it is stored by now."""
        unsettled = {"_id": day.day.isoformat(), "state": {"$ne": DayState.CLOSED.value}}
        with suppress(DuplicateKeyError):
            await self._settlements.update_one(unsettled, {"$set": {"number": number}})
        return await self.get(day.day) or day

    async def begin(self, day: SettlementDay) -> bool:
        """Store a new day; False if the day, or another one with its number, is stored already."""
        opened = {"number": day.number, "state": day.state.value, "opened_at": day.opened_at}
        [outcome] = await self._actions.insert(self._settlements, [{"_id": day.day.isoformat(), **opened}])
        return outcome is True

    async def advance(self, day: SettlementDay) -> None:
        """Store that the day is claimed, or closed; a day that has got that far stays as it is."""
        fields: Document = {"state": day.state.value}
        if day.state is DayState.CLAIMED:
            before = DayState.OPEN
            fields["set_aside"] = [
                asdict(record) | {"reason": record.reason.value} for record in day.set_aside
            ]
        else:
            before = DayState.CLAIMED
            fields |= {
                name: getattr(day, name) for name in ("statements", "paid_out", "platform", "closed_at")
            }
        key = day.day.isoformat()
        as_read = {"_id": key, "state": before.value}
        change = Changed(key, as_read, {"_id": key, **fields})
        await self._actions.update_guarded(
            self._settlements, [UpdateOne(as_read, {"$set": fields})], [change]
        )

    async def openings(self, day: date) -> dict[tuple[str, str], int]:
        """The closing balance of each account's latest statement of another day, where it is not zero."""
        pipeline: list[Document] = [
            {"$match": {"day": {"$ne": day.isoformat()}}},
            {"$sort": {"mini_program_id": 1, "account": 1, "number": -1, "day": -1}},
            {
                "$group": {
                    "_id": {"mini_program_id": "$mini_program_id", "account": "$account"},
                    "closing": {"$first": "$closing"},
                }
            },
            {"$match": {"closing": {"$ne": 0}}},
        ]
        return {
            (row["_id"]["mini_program_id"], row["_id"]["account"]): row["closing"]
            async for row in await self._statements.aggregate(pipeline)
        }

    async def left(self, mini_program_ids: Sequence[str]) -> dict[str, Left]:
        """What the owner's statements so far leave, by mini program, for those that have any."""
        accounts = [OWNER + mini_program_id for mini_program_id in mini_program_ids]
        pipeline: list[Document] = [
            {"$match": {"mini_program_id": {"$in": list(mini_program_ids)}, "account": {"$in": accounts}}},
            {"$sort": {"number": -1, "day": -1}},
            {
                "$group": {
                    "_id": "$mini_program_id",
                    "closing": {"$first": "$closing"},
                    "paid": {"$sum": "$paid"},
                }
            },
        ]
        return {
            row["_id"]: Left(row["closing"], row["paid"])
            async for row in await self._statements.aggregate(pipeline)
        }

    async def add(self, statements: Sequence[Statement]) -> None:
        """Store the statements in one round trip; existing ones stay."""
        await insert_new(self._statements, [_document(statement) for statement in statements])

    async def of_day(self, day: date) -> list[Statement]:
        """All stored statements of the day."""
        found = self._statements.find({"day": day.isoformat()}).sort("_id", ASCENDING)
        return [_statement(document) async for document in found]

    async def statements(
        self, payee_kind: str, payee: str, *, day: str | None, before: str | None, limit: int
    ) -> list[Statement]:
        """A payee's statements, newest first; `before` is the id of the last one seen."""
        query: Document = {"payee_kind": payee_kind, "payee": payee}
        if day is not None:
            query["day"] = day
        if before is not None:
            query["_id"] = {"$lt": before}
        found = self._statements.find(query).sort("_id", DESCENDING).limit(limit)
        return [_statement(document) async for document in found]

    async def periods(
        self, owner_id: str, by: By, days: tuple[str | None, str | None], before: str | None, limit: int
    ) -> list[PeriodTotals]:
        """An owner's statements added up by day or month, newest first, from the first to the last of `days`."""
        query: Document = {"payee_kind": "owner", "payee": owner_id}
        within = {name: day for name, day in zip(("$gte", "$lte"), days, strict=True) if day is not None}
        if within:
            query["day"] = within
        period = {"$substrBytes": ["$day", 0, _PERIOD_LENGTH[by]]}
        pipeline: list[Document] = [
            {"$match": query},
            {"$sort": {"number": 1}},
            {
                "$group": {
                    "_id": {"$concat": [period, ":", "$mini_program_id"]},
                    "opening": {"$first": "$opening"},
                    **{name: {"$sum": f"${name}"} for name in (*_SUMMED, *_TURNOVER, "paid")},
                }
            },
            {"$match": {"_id": {"$lt": before}} if before is not None else {}},
            {"$sort": {"_id": -1}},
            {"$limit": limit},
        ]
        return [_period(row) async for row in await self._statements.aggregate(pipeline)]


def _day(found: Document) -> SettlementDay:
    return SettlementDay(
        day=date.fromisoformat(found["_id"]),
        state=DayState(found["state"]),
        number=found.get("number", 0),
        opened_at=found["opened_at"],
        set_aside=tuple(
            read_as(SetAside, record, reason=Reason(record["reason"]))
            for record in found.get("set_aside", ())
        ),
        statements=found.get("statements", 0),
        paid_out=found.get("paid_out", 0),
        platform=found.get("platform", 0),
        closed_at=found.get("closed_at"),
    )


def _document(statement: Statement) -> Document:
    totals = statement.totals
    return {
        "_id": statement.id,
        "day": statement.day,
        "number": statement.number,
        "payee": statement.payee,
        "payee_kind": statement.payee_kind,
        "mini_program_id": totals.mini_program_id,
        "account": totals.account,
        "opening": statement.opening,
        "earned": totals.earned,
        "reversed": totals.reversed,
        "payments": totals.payments,
        "refunds": totals.refunds,
        "paid_out": statement.paid_out,
        "closing": statement.closing,
        "payout_id": statement.payout_id,
        "paid": totals.paid,
        **{name: amount for name, amount in asdict(totals.turnover).items() if amount},
    }


def _statement(document: Document) -> Statement:
    totals = Totals(
        document["mini_program_id"],
        document["account"],
        document["earned"],
        document["reversed"],
        document["payments"],
        document["refunds"],
        _turnover(document),
        document.get("paid", 0),
    )
    return Statement(
        document["day"],
        document.get("number", 0),
        document["payee"],
        document["payee_kind"],
        document["opening"],
        totals,
    )


def _period(row: Document) -> PeriodTotals:
    period, mini_program_id = row["_id"].split(":", 1)
    return PeriodTotals(
        period,
        mini_program_id,
        row["opening"],
        row["earned"],
        row["reversed"],
        row["paid_out"],
        row["payments"],
        row["refunds"],
        _turnover(row),
        row["paid"],
    )


def _turnover(document: Document) -> Turnover:
    return Turnover(**{name: document.get(name, 0) for name in _TURNOVER})
