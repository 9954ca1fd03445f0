"""Reconciliation reports in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from pymongo import ReplaceOne
from pymongo.asynchronous.client_session import AsyncClientSession

from payment.domain.reconciliation import Difference, Kind, Report
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown

SHOWN = Shown("reconciliation", ("compared", "bill_total", "ledger_total"))


class MongoReports:
    """The `reconciliations` collection: one document for each day and collector."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._reports = db["reconciliations"]
        self._actions = Actions(recorder, SHOWN)

    async def keep(self, reports: Sequence[Report]) -> None:
        """Store the reports; a later one replaces an earlier one."""
        documents = {f"{report.day}:{report.collector}": _document(report) for report in reports}
        writes = [ReplaceOne({"_id": key}, document, upsert=True) for key, document in documents.items()]
        changes = [Changed(key, None, document) for key, document in documents.items()]

        async def write(session: AsyncClientSession | None) -> None:
            await self._reports.bulk_write(writes, ordered=False, session=session)

        if writes:
            await self._actions.write_with(self._db, write, *changes)

    async def of_day(self, day: date) -> list[Report]:
        """The stored reports of a day."""
        found = self._reports.find({"day": day.isoformat()}).sort("_id", 1)
        return [_report(document) async for document in found]


def _document(report: Report) -> Document:
    return asdict(report) | {
        "day": report.day.isoformat(),
        "differences": [
            asdict(difference) | {"kind": difference.kind.value} for difference in report.differences
        ],
    }


def _report(document: Document) -> Report:
    return Report(
        day=date.fromisoformat(document["day"]),
        collector=document["collector"],
        at=document["at"],
        provisional=document.get("provisional", False),
        compared=document["compared"],
        bill_total=document["bill_total"],
        ledger_total=document["ledger_total"],
        differences=tuple(
            read_as(Difference, difference, kind=Kind(difference["kind"]))
            for difference in document["differences"]
        ),
    )
