"""Whether the ledger balances, equals the trades, and is settled in time: invariants 4 and 7 of `anchorage audit`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone

from anchorage_cli.paid import last_money
from runtime.mongo.client import Document

BEIJING = timezone(timedelta(hours=8))


def wrongly_posted(
    ledger: Iterable[Document], trades: Mapping[str, Document], now: datetime, grace: timedelta
) -> Iterator[str]:
    """Postings that do not sum to zero, or differ from what the trades call for. The ledger may lag behind for `grace`."""
    posted: dict[str, int] = {}
    for posting in ledger:
        amounts = [leg["amount"] for leg in posting["legs"]]
        if sum(amounts):
            yield f"{posting['_id']}: its legs sum to {sum(amounts)}"
        if posting["kind"] not in ("payout", "owner_payment"):
            held = [leg["amount"] for leg in posting["legs"] if leg["account"].startswith("clearing:")]
            posted[posting["_id"]] = sum(held)
    expected = {name: amount for trade in trades.values() for name, amount in _postings(trade)}
    for name in sorted(posted.keys() | expected.keys()):
        here, there = posted.get(name), expected.get(name)
        trade_ = trades.get(name.split(":")[1])
        on_its_way = here is None and trade_ is not None and now <= last_money(trade_) + grace
        if here != there and not on_its_way:
            yield f"{name}: ledger has {here}, the trade {there}"


def _postings(trade: Document) -> Iterator[tuple[str, int]]:
    """The postings that a trade must have, and the amount that each moves at the provider."""
    if trade.get("trade_no"):
        kind = "payment" if trade["state"] == "settled" else "late_payment"
        yield f"{kind}:{trade['_id']}", trade["total"]
    for refund in trade["refunds"]:
        if refund["state"] == "settled":
            kind = "late_refund" if refund["late"] else "refund"
            yield f"{kind}:{trade['_id']}:{refund['refund_id']}", -refund["amount"]


def wrongly_settled(
    ledger: Iterable[Document], orders: Mapping[str, Document], now: datetime, grace: timedelta
) -> Iterator[str]:
    """Postings in a statement of a day before the order's goods were received, or counted as received, or before they are due;
    and postings that are not due although they should be. A receipt may take `grace` to get here."""
    for posting in ledger:
        if posting["kind"] not in ("payment", "refund"):
            continue
        order = orders.get(posting["order_id"])
        received = (
            next((e["at"] for e in order["history"] if e["status"] == "completed"), None) if order else None
        )
        yield from (f"{posting['_id']}: {wrong}" for wrong in _too_early(posting, received))
        if received is not None and "due" not in posting and now > received + grace:
            yield f"{posting['_id']}: the goods were received on {day_of(received)}, and it is never due"


def _too_early(posting: Document, received: datetime | None) -> Iterator[str]:
    listed = posting.get("statement")
    if listed is None:
        return
    if received is None:
        yield "it is settled, and the order's goods were not received"
    elif listed < day_of(received):
        yield f"it is settled on {listed}, and the goods were received on {day_of(received)}"
    if listed < posting.get("due", posting["day"]):
        yield f"it is settled on {listed}, before it is due"


def day_of(moment: datetime) -> str:
    """The day in Beijing, as statements name it."""
    return moment.astimezone(BEIJING).date().isoformat()
