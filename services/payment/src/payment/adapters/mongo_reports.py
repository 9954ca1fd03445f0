"""Reconciliation reports in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from pymongo import ReplaceOne

from payment.application.reconciliation import Report
from runtime.mongo.client import Database, Document


class MongoReports:
    """The `reconciliations` collection, one document for each day and collector."""

    def __init__(self, db: Database) -> None:
        self._reports = db["reconciliations"]

    async def keep(self, reports: Sequence[Report]) -> None:
        """Store the newest comparison."""
        writes = [
            ReplaceOne({"_id": f"{report.day}:{report.collector}"}, _document(report), upsert=True)
            for report in reports
        ]
        if writes:
            await self._reports.bulk_write(writes, ordered=False)

    async def of_day(self, day: date) -> list[Document]:
        """The stored reports of a day."""
        return await self._reports.find({"day": day.isoformat()}).sort("_id", 1).to_list()


def _document(report: Report) -> Document:
    return asdict(report) | {
        "day": report.day.isoformat(),
        "differences": [
            asdict(difference) | {"kind": difference.kind.value} for difference in report.differences
        ],
    }
