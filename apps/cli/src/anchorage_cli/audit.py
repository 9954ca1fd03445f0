"""`anchorage audit`: checks the invariants of a platform at rest. Reads databases and streams, changes nothing.

1 orders end or await their payer · 2 stock adds up · 3 one payment for an order, of its amounts, late money refunded once · 4 the ledger
balances and equals the trades, posting by posting (`anchorage reconcile` compares both with Alipay's bill) · 5 streams
and database agree about orders · 6 each order is in its own mini program's collection · 7 money is settled only
after receipt · 8 viewers see mini programs only when their version was approved, released and accepted by the host · 9 a coupon is used
by its living orders only, each in a slot of its own, and no more than its stock · 10 a review is by the buyer of a completed
order, about a line of it, and the only one of this line · 11 statements, payouts and owners' payments say what the ledger says.
`--acknowledged FILE` (one order id in each line) also checks 0: none of those orders is missing.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from anchorage_cli.coupon_uses import wrongly_used
from anchorage_cli.errors import Refused
from anchorage_cli.installation import Installation, installation
from anchorage_cli.output import print_json
from anchorage_cli.paid import wrongly_paid
from anchorage_cli.posted import wrongly_posted, wrongly_settled
from anchorage_cli.reviewed import wrongly_reviewed
from anchorage_cli.shown import wrongly_shown
from anchorage_cli.snapshot import Snapshot, read_snapshot
from anchorage_cli.stated import wrongly_stated
from anchorage_cli.stocked import wrongly_stocked
from runtime.clock import system_clock

GRACE = timedelta(seconds=30)
"""How long an order may stay between two states: a restarted service needs this to catch up."""
INVARIANTS = range(1, 12)


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
    return examine(await read_snapshot(where), system_clock(), acknowledged, grace)


def examine(
    found: Snapshot, now: datetime, acknowledged: Iterable[str] = (), grace: timedelta = GRACE
) -> Report:
    """Check all invariants in what was found at the moment `now`."""
    report = Report()
    report.counts.update(
        orders=len(found.orders), skus=len(found.stock), trades=len(found.trades), ledger=len(found.ledger)
    )
    for order_id in acknowledged:
        report.check(0, order_id in found.orders, f"{order_id} was acknowledged and is missing")
    _orders_end(report, found, now, grace)
    _streams_agree(report, found, now, grace)
    _orders_in_their_collections(report, found)
    orders = {order_id: order for order_id, (_, order) in found.orders.items()}
    by_invariant = {
        2: wrongly_stocked(found.stock, orders, found.rebuilt),
        3: wrongly_paid(orders, found.trades, now, grace),
        4: wrongly_posted(found.ledger, found.trades, now, grace),
        7: wrongly_settled(found.ledger, orders, now, grace),
        8: wrongly_shown(found.mini_programs, found.histories),
        9: wrongly_used(orders.values(), found.coupons),
        10: wrongly_reviewed(found.reviews, orders),
        11: wrongly_stated(found.ledger, found.statements, found.payouts, found.owner_payments, now, grace),
    }
    report.violations += [(number, wrong) for number, wrongs in by_invariant.items() for wrong in wrongs]
    return report


def _orders_end(report: Report, found: Snapshot, now: datetime, grace: timedelta) -> None:
    for order_id, (_, order) in found.orders.items():
        report.counts[order["status"]] += 1
        since = order["history"][-1]["at"]
        moving = order["status"] in ("placed", "confirmed", "closing")
        overdue = order["status"] == "awaiting_payment" and now > order["expires_at"] + grace
        waits_for_expiry = order["status"] == "closing" and now <= order["expires_at"] + grace
        stuck = overdue or (moving and now > since + grace and not waits_for_expiry)
        report.check(1, not stuck, f"{order_id} is {order['status']} since {since.isoformat()}")


def _streams_agree(report: Report, found: Snapshot, now: datetime, grace: timedelta) -> None:
    for order_id, (_, order) in found.orders.items():
        if now <= order["history"][-1]["at"] + min(grace, timedelta(seconds=5)):
            continue  # its newest event may still be in flight
        seen = found.rebuilt.get(order_id)
        if seen is None or not seen.status:
            report.check(5, False, f"{order_id}: it is missing in the streams")
            continue
        lines = tuple((line["sku_id"], line["quantity"], line["unit_price"]) for line in order["lines"])
        here = (order["mini_program_id"], order["host_id"], order["openid"], order["status"], order["total"], order["refunded_total"], lines)  # fmt: skip
        there = (seen.mini_program_id, seen.host_id, seen.openid, seen.status, seen.total, seen.refunded_total, seen.lines)  # fmt: skip
        report.check(5, here == there, f"{order_id}: database {here}, streams {there}")
    for order_id, seen in found.rebuilt.items():
        report.check(5, order_id in found.orders or not seen.status, f"{order_id}: it is only in the streams")


def _orders_in_their_collections(report: Report, found: Snapshot) -> None:
    for order_id, (collection, order) in found.orders.items():
        home = "orders_" + order["mini_program_id"]
        at_home = collection == home and order_id.startswith(order["mini_program_id"] + "_")
        report.check(6, at_home, f"{order_id} of {order['mini_program_id']} is in {collection}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--acknowledged", type=Path, help="file with one order id in each line; all must exist"
    )
    parser.add_argument(
        "--grace", type=_seconds, default=GRACE.total_seconds(), help="seconds that a change may take"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0 to 86400")
    return seconds


def _order_ids(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Refused(
            f"--acknowledged {path}: {why}. It must be a text file with one order id in each line"
        ) from None


def run(arguments: argparse.Namespace) -> int:
    """0 when all invariants hold, 1 when not."""
    given = _order_ids(arguments.acknowledged) if arguments.acknowledged else ()
    report = asyncio.run(audit(installation(), given, timedelta(seconds=arguments.grace)))
    if arguments.json:
        print_json({"counts": report.counts, "violations": report.violations})
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
