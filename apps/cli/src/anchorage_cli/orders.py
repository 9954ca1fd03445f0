"""`anchorage orders --stuck`: what has stalled although it was asked again, with what it waits for and what to do.

Orders, refunds, reservations, trades and payouts. Exit code 1 if there are any, or if a service has not checked for 5 minutes.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anchorage_cli.installation import Installation, installation
from anchorage_cli.output import print_json
from runtime.clock import system_clock
from runtime.mongo.client import connect, database
from runtime.mongo.stalled_list import MongoStalledList
from runtime.stalled import Stalled

SERVICES = ("checkout", "catalog", "payment")
"""The services that check what has stalled."""
MAX_AGE = timedelta(minutes=5)
"""A running service checks every minute."""
COLUMNS = ("kind", "id", "state", "since", "waits for")


@dataclass(frozen=True, slots=True)
class Report:
    """What has stalled, the longest first, and the services that do not check."""

    stuck: list[Stalled]
    not_checking: list[str]

    @property
    def exit_code(self) -> int:
        """0 only if every service checks and nothing has stalled."""
        return 1 if self.stuck or self.not_checking else 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--stuck", action="store_true", required=True, help="list what has stalled")


def run(arguments: argparse.Namespace) -> int:
    """Print the table; 0 only if every service checks and finds nothing."""
    report = asyncio.run(stuck(installation()))
    if arguments.json:
        print_json(report)
        return report.exit_code
    for service in report.not_checking:
        print(
            f"{service} has not checked for {MAX_AGE.seconds // 60} minutes: is it running? What it would find is missing here."
        )
    if report.stuck:
        print("\n".join(table(report.stuck)))
    elif not report.not_checking:
        print("Nothing has stalled.")
    return report.exit_code


async def stuck(where: Installation) -> Report:
    """Read the lists of all services."""
    client, now = connect(where.mongodb), system_clock()
    found: list[Stalled] = []
    not_checking = []
    try:
        for service in SERVICES:
            known = MongoStalledList(database(client, where.prefix + service))
            found += [asked.stalled for asked in (await known.load()).values() if asked.named]
            checked_at = await known.checked_at()
            if checked_at is None or now - checked_at > MAX_AGE:
                not_checking.append(service)
    finally:
        await client.close()
    return Report(sorted(found, key=lambda stalled: stalled.since), not_checking)


def table(found: Iterable[Stalled]) -> list[str]:
    """One line for each, then what to do about each kind of wait."""
    found = list(found)
    rows = [COLUMNS, *((s.kind, s.id, s.state, _text(s.since), s.waits_for) for s in found)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    advice = {stalled.waits_for: stalled.advice for stalled in found}
    return [*lines, "", "What to do:", *(f"  {waits_for}: {text}" for waits_for, text in advice.items())]


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"
