"""`anchorage order ID`: an order's whole story over databases and streams, by time, with the events that carry it.

Says what the order waits for, and what to do if it has stalled. No address, phone or text of the buyer is printed. Exit code 1 when
nobody knows the order, or when it has stalled.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from anchorage_cli.installation import Installation, installation
from anchorage_cli.order_events import DeadLetter, dead_letters_of, events_of_order
from anchorage_cli.order_waits import waits
from anchorage_cli.order_words import in_words
from anchorage_cli.output import print_json
from contracts.topics import ORDERS
from runtime.clock import system_clock
from runtime.consuming.subscription import Delivery
from runtime.mongo.client import Client, Document, connect, database
from runtime.outbox.recorder import OUTBOX_FIELD

_ORDER_ID = re.compile(r"([a-z0-9]{8,32})_[A-Za-z0-9]{16,31}")
STALLED_IN = ("checkout", "catalog", "payment")


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: when, what, and where it is recorded: an event with its place, or a database."""

    at: datetime
    text: str
    source: str


@dataclass(slots=True)
class Story:
    """An order's story; `status` is empty if checkout does not know the order."""

    order_id: str
    status: str = ""
    moments: list[Moment] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    stalled: bool = False

    @property
    def known(self) -> bool:
        return bool(self.status or self.moments)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's argument."""
    parser.add_argument(
        "order_id", type=_order_id, help="as in demoshop01_4Q7…: the mini program, _, and the order"
    )


def _order_id(text: str) -> str:
    if not _ORDER_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an order id; write the mini program's id, _ and 16 to 31 letters and digits"
        )
    return text


def run(arguments: argparse.Namespace) -> int:
    """Print the story."""
    story = asyncio.run(story_of(installation(), arguments.order_id))
    if not story.known:
        print(f"Nobody knows the order {story.order_id}: no database and no stream has it.", file=sys.stderr)
        return 1
    if arguments.json:
        print_json(story)
    else:
        print("\n".join(lines(story)))
    return 1 if story.stalled else 0


def lines(story: Story) -> Iterable[str]:
    """The story as a person reads it."""
    yield f"{story.order_id}: {story.status or 'checkout does not know it'}"
    day = None
    for moment in story.moments:
        if moment.at.date() != day:
            day = moment.at.date()
            yield f"{day} (UTC)"
        yield f"  {moment.at:%H:%M:%S}.{moment.at.microsecond // 1000:03}  {moment.text}  [{moment.source}]"
    yield from story.waits


async def story_of(where: Installation, order_id: str) -> Story:
    """Read all that is known of the order."""
    match = _ORDER_ID.fullmatch(order_id)
    mini_program_id = match[1] if match else ""
    client, now = connect(where.mongodb), system_clock()
    try:
        checkout = database(client, where.prefix + "checkout")
        order = await checkout["orders_" + mini_program_id].find_one({"_id": order_id}, {"address": 0})
        story = Story(order_id, order["status"] if order else "")
        story.moments += await _postings(where, client, order_id)
        story.moments += await _webhooks(where, client, order_id)
        stalled = await _stalled(where, client, order_id)
    finally:
        await client.close()
    placed_at = order["placed_at"] if order else None
    found = await events_of_order(where, order_id, mini_program_id, placed_at)
    story.moments += [_moment(delivery) for delivery in found]
    story.moments += [_letter(letter) for letter in await dead_letters_of(where, order_id)]
    story.moments.sort(key=lambda moment: moment.at)
    story.stalled = bool(stalled)
    if order is not None:
        story.waits = [*waits(order, stalled, now), *_not_published(order, found)]
    elif story.moments:
        story.waits = ["The streams know an order that checkout has lost: see `anchorage audit`."]
    return story


def _moment(delivery: Delivery) -> Moment:
    event = delivery.event
    at: datetime = getattr(event, "at", delivery.envelope.time)
    raw = delivery.raw
    return Moment(at, in_words(event), f"{type(event).__name__} {raw.topic}/{raw.partition}@{raw.offset}")


def _letter(letter: DeadLetter) -> Moment:
    event = letter.event.removeprefix("anchorage.").rpartition(".v")[0] or letter.event
    try:
        at = datetime.fromisoformat(letter.at)
    except ValueError:
        at = datetime.min.replace(tzinfo=UTC)
    return Moment(
        at, f"{letter.consumer} could not handle {event}: {letter.reason}", f"dead letter of {letter.topic}"
    )


async def _postings(where: Installation, client: Client, order_id: str) -> list[Moment]:
    """What the ledger says, and in which statement."""
    ledger = database(client, where.prefix + "payment")["ledger"]
    found = []
    async for posting in ledger.find({"order_id": order_id}):
        statement = posting.get("statement")
        state = f"in the statement of {statement}" if statement else "in no statement yet"
        kind = posting["kind"].replace("_", " ")
        found.append(Moment(posting["posted_at"], f"posted to the ledger: {kind}, {state}", "payment.ledger"))
    return found


async def _webhooks(where: Installation, client: Client, order_id: str) -> list[Moment]:
    """What its owner was told: each delivery, with its last answer."""
    deliveries = database(client, where.prefix + "webhooks")["deliveries"]
    return [_delivery(found) async for found in deliveries.find({"order_id": order_id})]


def _delivery(found: Document) -> Moment:
    attempts = found["attempts"]
    last = attempts[-1] if attempts else None
    answer = (last["status"] or last["error"]) if last else "not called yet"
    text = f"the owner's webhook {found['webhook_id']} is told {found['type']}: {found['status']}"
    at = last["at"] if last else found["created_at"]
    return Moment(at, f"{text} ({found['made']} call(s), {answer})", "webhooks.deliveries")


async def _stalled(where: Installation, client: Client, order_id: str) -> list[Document]:
    """What services named of it: the order, its refunds, its trade or its reservation."""
    one_of_its = {"named": True, "id": {"$regex": f"^{order_id}(/|$)"}}
    found: list[Document] = []
    for service in STALLED_IN:
        found += await database(client, where.prefix + service)["stalled"].find(one_of_its).to_list()
    return found


def _not_published(order: Document, found: Iterable[Delivery]) -> list[str]:
    """What the order has recorded and its topic does not have."""
    published = {delivery.envelope.id for delivery in found}
    entries = [entry for _, entry in sorted(order.get(OUTBOX_FIELD, {}).items())]
    missing = [
        entry["type"].removeprefix("anchorage.").rpartition(".v")[0]
        for entry in entries
        if entry["topic"] == ORDERS.name and entry["id"] not in published
    ]
    return [f"Recorded and not published yet: {', '.join(missing)}."] if missing else []
