"""`anchorage audit`: checks the invariants of a platform at rest. Reads databases and streams, changes nothing.

1 orders end or await their payer · 2 stock adds up · 3 one payment for an order, of its amounts, late money refunded once · 4 the ledger
balances and equals the trades, posting by posting (`anchorage reconcile` compares both with Alipay's bill) · 5 streams
and database agree about orders · 6 each order is in its own mini program's collection · 7 money is settled only
after receipt · 8 viewers see mini programs only when their version was approved, released and accepted by the host · 9 a coupon is used
by its living orders only, each in a slot of its own, and no more than its stock · 10 a review is by the buyer of a completed
order, about a line of it, and the only one of this line.
`--acknowledged FILE` (one order id in each line) also checks 0: none of those orders is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anchorage_cli.coupon_uses import wrongly_used
from anchorage_cli.everything import Everything, read_everything
from anchorage_cli.installation import Installation, installation
from anchorage_cli.reviewed import wrongly_reviewed
from anchorage_cli.shown import wrongly_shown
from runtime.clock import system_clock
from runtime.mongo.client import Document

GRACE = timedelta(seconds=30)
"""How long an order may stay between two states: a restarted service needs this to catch up."""
INVARIANTS = range(1, 11)
UNPAID = {"placed", "confirmed", "awaiting_payment", "closing"}
PAID = {"paid", "shipped", "completed", "refunded"}


@dataclass(slots=True)
class Report:
    """What was checked, and every violation by the number of its invariant."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)

    def check(self, invariant: int, good: bool, violation: str) -> None:
        """Note a violation unless `good`."""
        if not good:
            self.violations.append((invariant, violation))


async def audit(where: Installation, acknowledged: Iterable[str] = (), grace: timedelta = GRACE) -> Report:
    """Check all invariants in the databases and streams of a platform."""
    return examine(await read_everything(where), system_clock(), acknowledged, grace)


def examine(
    found: Everything, now: datetime, acknowledged: Iterable[str] = (), grace: timedelta = GRACE
) -> Report:
    """Check all invariants in what was found at the moment `now`."""
    report = Report()
    report.counts.update(
        orders=len(found.orders), skus=len(found.stock), trades=len(found.trades), ledger=len(found.ledger)
    )
    for order_id in acknowledged:
        report.check(0, order_id in found.orders, f"{order_id} was acknowledged and is missing")
    _orders_end(report, found, now, grace)
    _stock_adds_up(report, found)
    _one_payment_each(report, found, now, grace)
    _ledger_balances(report, found, now, grace)
    _streams_agree(report, found, now, grace)
    _orders_lie_at_home(report, found)
    _settled_after_receipt(report, found)
    for wrong in wrongly_shown(found.mini_programs, found.histories):
        report.check(8, good=False, violation=wrong)
    orders = {order_id: order for order_id, (_, order) in found.orders.items()}
    for wrong in wrongly_used(orders.values(), found.coupons):
        report.check(9, good=False, violation=wrong)
    for wrong in wrongly_reviewed(found.reviews, orders):
        report.check(10, good=False, violation=wrong)
    return report


def _orders_end(report: Report, found: Everything, now: datetime, grace: timedelta) -> None:
    for order_id, (_, order) in found.orders.items():
        report.counts[order["status"]] += 1
        since = order["history"][-1]["at"]
        moving = order["status"] in ("placed", "confirmed", "closing")
        overdue = order["status"] == "awaiting_payment" and now > order["expires_at"] + grace
        waits_for_expiry = order["status"] == "closing" and now <= order["expires_at"] + grace
        stuck = overdue or (moving and now > since + grace and not waits_for_expiry)
        report.check(1, not stuck, f"{order_id} is {order['status']} since {since.isoformat()}")


def _stock_adds_up(report: Report, found: Everything) -> None:
    held, sold = _expected_stock(found)
    for sku in found.stock:
        name = sku["_id"]
        left, right = sku["initial"] + sku["adjusted"], sku["available"] + sku["reserved"] + sku["sold"]
        report.check(
            2, left == right, f"{name}: initial + adjusted is {left}, available + reserved + sold is {right}"
        )
        negative = [part for part in ("available", "reserved", "sold") if sku[part] < 0]
        report.check(2, not negative, f"{name}: {', '.join(negative)} below zero")
        holds = sum(sku.get("holds", {}).values())
        report.check(
            2, sku["reserved"] == holds, f"{name}: {sku['reserved']} reserved, its holds are {holds}"
        )
        report.check(
            2,
            sku["reserved"] == held[name],
            f"{name}: {sku['reserved']} reserved, open orders hold {held[name]}",
        )
        report.check(
            2, sku["sold"] == sold[name], f"{name}: {sku['sold']} sold, paid orders have {sold[name]}"
        )


def _expected_stock(found: Everything) -> tuple[Counter[str], Counter[str]]:
    """What orders at rest hold and have bought, by SKU."""
    held: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for _, order in found.orders.values():
        kept = sent_pieces(order) if order["status"] == "refunded" else None
        had_stock = any(entry["status"] == "confirmed" for entry in order["history"])
        for line in order["lines"]:
            if order["status"] in UNPAID and had_stock:
                held[line["sku_id"]] += line["quantity"]
            elif order["status"] in PAID:
                sold[line["sku_id"]] += line["quantity"] if kept is None else kept[line["sku_id"]]
    return held, sold


def sent_pieces(order: Document) -> Counter[str]:
    """What was sent, by SKU: a full refund makes the rest available again."""
    sent: Counter[str] = Counter()
    for shipment in order["shipments"]:
        for line in shipment["lines"]:
            sent[line["sku_id"]] += line["quantity"]
    return sent


def _one_payment_each(report: Report, found: Everything, now: datetime, grace: timedelta) -> None:
    for order_id, trade in found.trades.items():
        order = found.orders.get(order_id)
        if order is None:
            report.check(3, not trade.get("trade_no"), f"{order_id}: money for an order that does not exist")
            continue
        _one_payment(report, order[1], trade, settling=now <= _last_money(trade) + grace)
    for order_id, (_, order_) in found.orders.items():
        paid = order_["status"] in PAID
        report.check(3, _adds_up(order_), f"{order_id}: its amounts do not add up to its total")
        report.check(3, not paid or order_id in found.trades, f"{order_id}: paid without a trade")


def _adds_up(order: Document) -> bool:
    """Orders without a subtotal have neither delivery fee nor discount."""
    if "subtotal" not in order:
        return True
    subtotal, fee, discount = order["subtotal"], order["delivery_fee"], order["discount"]
    lines = sum(line["unit_price"] * line["quantity"] for line in order["lines"])
    return (subtotal, order["total"]) == (lines, subtotal - discount + fee) and 0 <= discount <= subtotal


def _one_payment(report: Report, order: Document, trade: Document, *, settling: bool) -> None:
    """`settling`: money moved so recently that the order may not show it yet."""
    order_id, kept = trade["_id"], trade["state"] == "settled"
    same = trade["total"] in (order["total"], 0)  # 0: the trade was never opened
    report.check(3, same, f"{order_id}: trade is of {trade['total']}, order of {order['total']}")
    agrees = kept == (order["status"] in PAID)
    report.check(3, agrees or settling, f"{order_id}: trade is {trade['state']}, order is {order['status']}")
    late = [refund for refund in trade["refunds"] if refund["late"]]
    report.check(3, len(late) <= 1, f"{order_id}: late money refunded {len(late)} times")
    came_late = trade["state"] == "closed" and trade.get("trade_no")
    returned = any(refund["state"] == "settled" for refund in late)
    report.check(3, not came_late or returned or settling, f"{order_id}: late money was not refunded")
    back = _refunded(trade)
    report.check(3, back <= trade["total"], f"{order_id}: {back} refunded of {trade['total']}")
    known = order["refunded_total"] == (0 if late else back)
    told = f"{order_id}: {back} went back, the order says {order['refunded_total']}"
    report.check(3, known or settling, told)


def _refunded(trade: Document) -> int:
    return sum(refund["amount"] for refund in trade["refunds"] if refund["state"] == "settled")


def _last_money(trade: Document) -> datetime:
    moved = [trade.get("paid_at"), *(refund.get("settled_at") for refund in trade["refunds"])]
    return max((at for at in moved if at is not None), default=datetime.min.replace(tzinfo=UTC))


def _ledger_balances(report: Report, found: Everything, now: datetime, grace: timedelta) -> None:
    """Every posting sums to zero, and ledger and trades agree, posting by posting."""
    posted: dict[str, int] = {}
    for posting in found.ledger:
        amounts = [leg["amount"] for leg in posting["legs"]]
        report.check(4, sum(amounts) == 0, f"{posting['_id']}: its legs sum to {sum(amounts)}")
        if posting["kind"] != "payout":
            held = [leg["amount"] for leg in posting["legs"] if leg["account"].startswith("clearing:")]
            posted[posting["_id"]] = sum(held)
    expected = {name: amount for trade in found.trades.values() for name, amount in _postings(trade)}
    for name in sorted(posted.keys() | expected.keys()):
        here, there = posted.get(name), expected.get(name)
        trade_ = found.trades.get(name.split(":")[1])
        on_its_way = here is None and trade_ is not None and now <= _last_money(trade_) + grace
        report.check(4, here == there or on_its_way, f"{name}: ledger has {here}, the trade {there}")


def _postings(trade: Document) -> Iterator[tuple[str, int]]:
    """The postings that a trade must have, and the amount that each moves at the provider."""
    if trade.get("trade_no"):
        kind = "payment" if trade["state"] == "settled" else "late_payment"
        yield f"{kind}:{trade['_id']}", trade["total"]
    for refund in trade["refunds"]:
        if refund["state"] == "settled":
            kind = "late_refund" if refund["late"] else "refund"
            yield f"{kind}:{trade['_id']}:{refund['refund_id']}", -refund["amount"]


def _streams_agree(report: Report, found: Everything, now: datetime, grace: timedelta) -> None:
    for order_id, (_, order) in found.orders.items():
        if now <= order["history"][-1]["at"] + min(grace, timedelta(seconds=5)):
            continue  # its newest event may still be in flight
        told = found.rebuilt.get(order_id)
        if told is None or not told.status:
            report.check(5, False, f"{order_id}: it is missing in the streams")
            continue
        lines = tuple((line["sku_id"], line["quantity"], line["unit_price"]) for line in order["lines"])
        here = (order["mini_program_id"], order["host_id"], order["openid"], order["status"], order["total"], order["refunded_total"], lines)  # fmt: skip
        there = (told.mini_program_id, told.host_id, told.openid, told.status, told.total, told.refunded_total, told.lines)  # fmt: skip
        report.check(5, here == there, f"{order_id}: database {here}, streams {there}")
    for order_id, told in found.rebuilt.items():
        report.check(5, order_id in found.orders or not told.status, f"{order_id}: it is only in the streams")


def _orders_lie_at_home(report: Report, found: Everything) -> None:
    for order_id, (collection, order) in found.orders.items():
        home = "orders_" + order["mini_program_id"]
        at_home = collection == home and order_id.startswith(order["mini_program_id"] + "_")
        report.check(6, at_home, f"{order_id} of {order['mini_program_id']} is in {collection}")


def _settled_after_receipt(report: Report, found: Everything) -> None:
    """The postings of an order are in a statement only if its goods were received, and not before that day."""
    for posting in found.ledger:
        if "statement" not in posting or posting["kind"] not in ("payment", "refund"):
            continue
        order = found.orders.get(posting["order_id"])
        received = order is not None and any(entry["status"] == "completed" for entry in order[1]["history"])
        name = posting["_id"]
        report.check(7, received, f"{name}: it is settled, and the order's goods were not received")
        too_early = posting["statement"] < posting.get("due", posting["day"])
        report.check(7, not too_early, f"{name}: it is settled on {posting['statement']}, before it is due")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--acknowledged", type=Path, help="file with one order id in each line; all must exist"
    )
    parser.add_argument(
        "--grace", type=_seconds, default=GRACE.total_seconds(), help="seconds that a change may take"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0 to 86400")
    return seconds


def _order_ids(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SystemExit(
            f"--acknowledged {path}: {why}. It must be a text file with one order id in each line."
        ) from None


def run(arguments: argparse.Namespace) -> int:
    """0 when all invariants hold, 1 when not."""
    given = _order_ids(arguments.acknowledged) if arguments.acknowledged else ()
    report = asyncio.run(audit(installation(), given, timedelta(seconds=arguments.grace)))
    if arguments.json:
        print(json.dumps({"counts": report.counts, "violations": report.violations}))
        return 1 if report.violations else 0
    print("checked " + ", ".join(f"{count} {name}" for name, count in report.counts.items()))
    by_invariant: dict[int, list[str]] = defaultdict(list)
    for invariant, violation in report.violations:
        by_invariant[invariant].append(violation)
    for invariant in (0, *INVARIANTS) if given else INVARIANTS:
        wrong = by_invariant[invariant]
        print(f"invariant {invariant}: " + ("holds" if not wrong else f"{len(wrong)} violation(s)"))
        for violation in wrong[:20]:
            print("   " + violation)
    return 1 if report.violations else 0
