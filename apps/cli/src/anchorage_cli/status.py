"""`anchorage status`: all processes, relays, consumer groups, dead letters, payments and what has stalled, on one screen.

Exit code 1 when something needs a hand; each such thing is a line at the end that says what to do.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from anchorage_cli import orders
from anchorage_cli.installation import Installation, installation
from anchorage_cli.lag import GroupLag, lags
from anchorage_cli.output import print_json
from anchorage_cli.processes import SERVICES, WITHOUT_DATABASE, Process, addresses, processes
from anchorage_cli.relays import RelayState, relay_state
from anchorage_cli.status_text import screen
from anchorage_cli.waiting_letters import WaitingLetters, waiting_letters
from runtime.clock import system_clock
from runtime.mongo.client import connect, database

MAX_BEHIND = timedelta(seconds=60)
"""A relay or a consumer group that is further behind needs a hand; the alerts RelayBehind and ConsumerBehind have the same limit."""
RECENT = timedelta(days=1)
"""A dead letter that is older and was not replayed has been looked at and left: see the runbooks."""
PATIENCE_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Payments:
    """Trades that are not finished: `open` can still be paid, `overdue` are past their deadline and being closed, `refunds` are on
    their way, `refused` is late money that the provider refused to send back."""

    open: int
    overdue: int
    refunds: int
    refused: int


@dataclass(slots=True)
class Status:
    """What was found; None where Kafka or MongoDB did not answer. `needs` says what needs a hand, in words."""

    at: datetime
    processes: list[Process]
    relays: list[RelayState] | None = None
    groups: list[GroupLag] | None = None
    dead_letters: list[WaitingLetters] | None = None
    stalled: orders.Report | None = None
    payments: Payments | None = None
    needs: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    """Print the screen; 1 when something needs a hand."""
    status = asyncio.run(look(installation()))
    if arguments.json:
        print_json(status)
    else:
        print("\n".join(screen(status)))
    return 1 if status.needs else 0


async def look(where: Installation) -> Status:
    """Ask everything at once."""
    now = system_clock()
    found, relays, groups, letters, stalled, payments = await asyncio.gather(
        processes(addresses()),
        _answer(_relays(where)),
        _answer(lags(where)),
        _answer(waiting_letters(where, now - RECENT)),
        _answer(orders.stuck(where)),
        _answer(_payments(where, now)),
    )
    status = Status(now, found, relays, groups, letters, stalled, payments)
    status.needs = list(needs(status))
    return status


async def _answer(asked: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asked
    except (KafkaError, PyMongoError, OSError):
        return None


async def _relays(where: Installation) -> list[RelayState]:
    client = connect(where.mongodb)
    try:
        names = [name for name in SERVICES if name not in WITHOUT_DATABASE]
        found = [await relay_state(database(client, where.prefix + name), name) for name in names]
        return [state for state in found if state is not None]
    finally:
        await client.close()


async def _payments(where: Installation, now: datetime) -> Payments:
    client = connect(where.mongodb)
    try:
        trades = database(client, where.prefix + "payment")["trades"]
        requested = {"state": "requested"}
        late = {"$elemMatch": {"state": "failed", "late": True}}
        return Payments(
            open=await trades.count_documents(requested | {"expires_at": {"$gte": now}}),
            overdue=await trades.count_documents(requested | {"expires_at": {"$lt": now}}),
            refunds=await trades.count_documents({"refunds.state": "pending"}),
            refused=await trades.count_documents({"refunds.state": "failed", "refunds": late}),
        )
    finally:
        await client.close()


def needs(status: Status) -> list[str]:
    """What needs a hand, and what to do about it."""
    found = [f"{process.name}: {process.why}" for process in status.processes if not process.well]
    if status.groups is None or status.dead_letters is None:
        found.append("Kafka does not answer, or refuses; `anchorage dlq list` says why")
    if status.relays is None or status.stalled is None or status.payments is None:
        found.append("MongoDB does not answer, or refuses; `anchorage orders --stuck` says why")
    for relay in status.relays or ():
        found += _relay_needs(relay, status.at)
    for group in status.groups or ():
        if group.oldest is not None and status.at - group.oldest > MAX_BEHIND:
            behind = (status.at - group.oldest).total_seconds()
            found.append(
                f"group {group.group} has not handled a record of {behind:,.0f} s ago: is its service running, and live?"
            )
    for letters in status.dead_letters or ():
        if letters.recent:
            found.append(
                f"{letters.recent} dead letter(s) of {letters.topic} in the last day: `anchorage dlq show {letters.topic}`"
            )
    if status.stalled is not None:
        found += [
            f"{name} does not check what has stalled: is it running?" for name in status.stalled.not_checking
        ]
        if status.stalled.stuck:
            found.append(f"{len(status.stalled.stuck)} stalled: `anchorage orders --stuck` says what to do")
    return found


def _relay_needs(relay: RelayState, now: datetime) -> Sequence[str]:
    found = []
    if not relay.led:
        found.append(f"nobody publishes the events of {relay.service}: is it running?")
    if relay.waiting_since is not None and now - relay.waiting_since > MAX_BEHIND:
        behind = (now - relay.waiting_since).total_seconds()
        found.append(
            f"an event of {relay.service} waits since {behind:,.0f} s: see its log for `the relay was interrupted`"
        )
    if relay.set_aside:
        found.append(
            f"{relay.set_aside} aggregate(s) of {relay.service} have an event that cannot be published: see `set_aside` in its database"
        )
    if relay.lost:
        found.append(
            f"the relay of {relay.service} lost its place and reads all outboxes; this ends by itself"
        )
    return found
