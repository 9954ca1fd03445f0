"""What must hold when the faults have ended and everything is at rest: `anchorage audit`'s invariants, and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from anchorage_cli.audit import examine
from anchorage_cli.rebuild import rebuild
from anchorage_cli.snapshot import Snapshot
from checkout.adapters.mongo_coupons import coupon_document
from checkout.adapters.order_codec import document_of
from checkout.domain.refunds import RefundStatus
from checkout.domain.status import ENDED, Status
from contracts.checkout import OrderCancelled, OrderPlaced, OrderRefunded, OrderRejected
from contracts.topics import ORDERS, PAYMENTS
from payment.adapters.mongo_ledger import posting_document
from payment.adapters.mongo_trades import CODEC
from payment.domain.ledger import SHARED_OUT
from payment.domain.trade import LATE_PREFIX, Trade
from runtime.mongo.client import Document
from simulation.world import World

AT_REST = ENDED | {Status.PAID, Status.SHIPPED}


def violations(world: World) -> list[str]:
    """Everything that is not as it must be."""
    moving = [*_stands_still(world)]
    return moving or [
        *_lost(world),
        *_audited(world),
        *_money(world),
        *_settled(world),
        *_coupons(world),
        *_answers(world),
    ]


def _stands_still(world: World) -> Iterator[str]:
    for order in world.checkout.orders.aggregates.values():
        counts_as_received = order.receive_by is not None and not order.holds_receipt
        if order.status not in AT_REST or counts_as_received:
            yield f"{order.order_id} has stalled: it is {order.status}"
        refused = any(refund.status is RefundStatus.FAILED for refund in order.refunds)
        if order.cancellation is not None and order.status is Status.PAID and not refused:
            yield f"{order.order_id} was cancelled by its owner, and its money does not go back"
        for refund in order.refunds:
            if refund.status in ("requested", "approved"):
                yield f"{order.order_id}: refund {refund.refund_id} has stalled: it is {refund.status}"
    for trade in world.payment.trades.aggregates.values():
        if isinstance(trade, Trade) and trade.due_at is not None:
            yield f"the trade of {trade.order_id} is not at rest: due at {trade.due_at}"
    for group in world.groups():
        if group.lag:
            yield f"{group.name} has {group.lag} records left"


def _lost(world: World) -> Iterator[str]:
    for letter in world.dead_letters:
        yield f"dead letter: {letter}"
    for fault in world.all_faults():
        yield f"a task failed: {fault}"
    for name, relay in world.relays.items():
        [outbox] = relay.partitions
        told = {id(entry) for entry in world.broker.all_records()}
        for entry in outbox.records:
            if id(entry) not in told:
                yield f"{name} never published {type(entry.event).__name__} of {entry.event.key}"
    yield from _order_of_versions(world)


def _order_of_versions(world: World) -> Iterator[str]:
    """The first time that each event of a key is published, its version is not below the one before."""
    seen: set[int] = set()
    newest: dict[tuple[str, str], int] = {}
    for entry in world.broker.all_records():
        if id(entry) in seen:
            continue
        seen.add(id(entry))
        event, topic = entry.event, entry.event.topic
        if topic in (ORDERS, PAYMENTS):
            if event.version < newest.get((topic.name, event.key), 0):
                yield f"{type(event).__name__} v{event.version} of {event.key} was published too late"
            newest[topic.name, event.key] = event.version


def _audited(world: World) -> Iterator[str]:
    """`anchorage audit` on the same documents that MongoDB would have."""
    orders = world.checkout.orders.aggregates
    found = Snapshot(
        orders={
            key: (f"orders_{order.mini_program_id}", document_of(order)) for key, order in orders.items()
        },
        stock=list(world.shelves.stock.values()),
        trades={key: CODEC.write(trade) for key, trade in world.payment.trades.aggregates.items()},
        ledger=list(_ledger(world)),
        coupons={key: coupon_document(coupon) for key, coupon in world.checkout.coupons.aggregates.items()},
        rebuilt=rebuild(entry.event for topic in (ORDERS, PAYMENTS) for entry in world.broker.records(topic)),
    )
    report = examine(found, world.clock() + timedelta(days=1), grace=timedelta(0))
    kept = _late_money_that_alipay_keeps(world)
    for invariant, violation in report.violations:
        if violation not in kept:
            yield f"audit {invariant}: {violation}"


def _ledger(world: World) -> Iterator[Document]:
    """The postings, each in the statement of the first day on which it can be listed."""
    ledger = world.payment.ledger
    for posting, at in ledger.postings.values():
        due = ledger.due.get(posting.id)
        settled = {"due": due.isoformat(), "statement": due.isoformat()} if due is not None else {}
        yield posting_document(posting, at) | settled


def _settled(world: World) -> Iterator[str]:
    """What orders earned is settled once their goods were received."""
    ledger = world.payment.ledger
    for posting, _ in ledger.postings.values():
        order = world.checkout.orders.aggregates[posting.order_id or ""]
        received = any(status is Status.COMPLETED for status, _ in order.history)
        if received and posting.kind in SHARED_OUT and posting.id not in ledger.due:
            yield f"{posting.id} is never settled, and the goods were received"


def _late_money_that_alipay_keeps(world: World) -> set[str]:
    """What the audit says, rightly, where Alipay has refused for good to send late money back: an operator has to."""
    return {
        f"{order_id}: late money was not refunded"
        for order_id, account in world.alipay.accounts.items()
        if any(refund_id.startswith(LATE_PREFIX) for refund_id in account.refused)
    }


def _money(world: World) -> Iterator[str]:
    """Alipay's books agree with ours: who has paid has an order or the money back, and no fen moved twice."""
    for order_id, account in world.alipay.accounts.items():
        order = world.checkout.orders.aggregates[order_id]
        back = sum(amount for amount, _ in account.refunds.values())
        if account.paid is None:
            if order.status in (Status.PAID, Status.SHIPPED, Status.COMPLETED, Status.REFUNDED):
                yield f"{order_id} is {order.status}, but Alipay has no money"
            continue
        if order.status in (Status.CANCELLED, Status.REJECTED, Status.REFUNDED):
            if back != account.amount and not account.refused:
                yield f"{order_id} is {order.status}, and {back} of {account.amount} went back"
        elif back != order.refunded_total:
            yield f"{order_id}: Alipay sent {back} back, the order says {order.refunded_total}"
    for order_id, order in world.checkout.orders.aggregates.items():
        if order.status is Status.PAID and order_id not in world.alipay.accounts:
            yield f"{order_id} is paid, but Alipay does not know it"
    total = sum(leg.amount for posting, _ in world.payment.ledger.postings.values() for leg in posting.legs)
    if total:
        yield f"the ledger sums to {total}"


def _coupons(world: World) -> Iterator[str]:
    """At no moment more orders hold a coupon than its stock and each viewer's number allow. The outbox has the true order."""
    holders: dict[str, OrderPlaced] = {}
    [coupon] = world.checkout.coupons.aggregates.values()
    for entry in world.checkout.outbox.entries:
        match entry.event:
            case OrderPlaced(coupon_code=str()) as placed:
                holders[placed.order_id] = placed
            case OrderRejected() | OrderCancelled() as ended:
                holders.pop(ended.order_id, None)
            case OrderRefunded() as back if back.refunded_total == back.total and _is_cancelled(world, back):
                holders.pop(back.order_id, None)
        of_viewers = Counter(placed.openid for placed in holders.values())
        if len(holders) > coupon.terms.stock or max(of_viewers.values(), default=0) > coupon.terms.per_viewer:
            yield f"{len(holders)} orders hold the coupon at once, its stock is {coupon.terms.stock}: {of_viewers}"


def _is_cancelled(world: World, refunded: OrderRefunded) -> bool:
    return world.checkout.orders.aggregates[refunded.order_id].cancellation is not None


def _answers(world: World) -> Iterator[str]:
    """What a buyer was told is so, or was so."""
    for order_id, version, status in world.answers:
        order = world.checkout.orders.aggregates.get(order_id)
        if order is None:
            yield f"{order_id} was acknowledged and is missing"
        elif version > order.version or status not in {entered for entered, _ in order.history}:
            yield f"the buyer of {order_id} was told {status} v{version}, it is {order.status} v{order.version}"
