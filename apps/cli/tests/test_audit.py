"""`anchorage audit` of money: a sound installation passes, and each planted wrong is found and named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from contracts.topics import ORDERS, PAYMENTS
from runtime.clock import system_clock
from runtime.kafka.topics import ensure_topics

SHOP = "auditshop1"
PAID, REFUNDED_PART, LATE, UNPAID = (f"{SHOP}_{name}" for name in ("paid", "part", "late", "unpaid"))
EARLIER = system_clock() - timedelta(hours=1)
EVE, DAY = "2026-11-21", "2026-11-22"


class Books:
    """Orders, trades and ledger in a real MongoDB: one order paid, one refunded in part, one paid too late, one unpaid."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], where: Installation) -> None:
        self.orders = client[f"{where.prefix}checkout"][f"orders_{SHOP}"]
        self.trades = client[f"{where.prefix}payment"]["trades"]
        self.ledger = client[f"{where.prefix}payment"]["ledger"]
        self.statements = client[f"{where.prefix}payment"]["statements"]
        self.payouts = client[f"{where.prefix}payment"]["payouts"]
        self.owner_payments = client[f"{where.prefix}payment"]["owner_payments"]
        self._where = where

    async def fill(self) -> None:
        await self.orders.insert_many(
            [_order(PAID, "paid"), _order(REFUNDED_PART, "paid", 300), _order(LATE, "cancelled"), _order(UNPAID, "cancelled")]
        )  # fmt: skip
        await self.trades.insert_many(
            [
                _trade(PAID, "settled"),
                _trade(REFUNDED_PART, "settled", _refund("r1", 300)),
                _trade(LATE, "closed", _refund("late_1", 1000, late=True)),
                {k: v for k, v in _trade(UNPAID, "closed").items() if k not in ("trade_no", "paid_at")},
            ]
        )
        await self.ledger.insert_many(
            [
                _posting(f"payment:{PAID}", 1000),
                _posting(f"payment:{REFUNDED_PART}", 1000),
                _posting(f"refund:{REFUNDED_PART}:r1", -300),
                _posting(f"late_payment:{LATE}", 1000),
                _posting(f"late_refund:{LATE}:late_1", -1000),
                _transfer("payout:p1", "payouts", "owner:auditshop1", -700),
                _transfer("owner_payment:q1:auditshop1", "owner_payments", "owner:auditshop1", 50)
                | {"statement": DAY},
            ]
        )
        await self.statements.insert_many([_statement(EVE, 700), _statement(DAY, 0)])
        await self.payouts.insert_one(
            {"_id": "p1", "statement": _statement(EVE, 700)["_id"], "amount": 700, "at": EARLIER}
        )
        part = {"mini_program_id": SHOP, "amount": 50}
        await self.owner_payments.insert_one({"_id": "q1", "amount": 50, "parts": [part], "at": EARLIER})

    async def wrongs(self) -> set[tuple[int, str]]:
        """Violations of the invariants of money: number, and what they are about."""
        report = await audit(self._where, grace=timedelta(seconds=0))
        return {
            (number, text.partition(": ")[0]) for number, text in report.violations if number in (3, 4, 7, 11)
        }


@pytest.fixture
async def books(kafka_bootstrap: str, mongodb_uri: str, prefix: str, tmp_path: Path) -> AsyncIterator[Books]:
    await ensure_topics(kafka_bootstrap, prefix, (ORDERS, PAYMENTS))
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri) as client:
        found = Books(client, Installation(kafka_bootstrap, mongodb_uri, prefix, tmp_path))
        await found.fill()
        yield found


async def test_sound_books_pass(books: Books) -> None:
    assert await books.wrongs() == set()


async def test_a_posting_that_is_missing_doubled_or_of_another_amount_is_found(books: Books) -> None:
    await books.ledger.delete_one({"_id": f"payment:{PAID}"})
    await books.ledger.insert_one(_posting(f"refund:{PAID}:r9", -1))
    await books.ledger.update_one(
        {"_id": f"late_refund:{LATE}:late_1"}, {"$set": {"legs.0.amount": -999, "legs.1.amount": 999}}
    )
    await books.ledger.update_one({"_id": f"payment:{REFUNDED_PART}"}, {"$set": {"legs.1.amount": -1}})
    assert await books.wrongs() == {
        (4, f"payment:{PAID}"),
        (4, f"refund:{PAID}:r9"),
        (4, f"late_refund:{LATE}:late_1"),
        (4, f"payment:{REFUNDED_PART}"),
    }


async def test_late_money_that_was_not_sent_back_is_found(books: Books) -> None:
    await books.trades.update_one({"_id": LATE}, {"$set": {"refunds.0.state": "pending"}})
    assert await books.wrongs() == {(3, LATE), (4, f"late_refund:{LATE}:late_1")}


async def test_an_order_that_does_not_know_of_its_refund_or_payment_is_found(books: Books) -> None:
    await books.orders.update_one({"_id": REFUNDED_PART}, {"$set": {"refunded_total": 0}})
    await books.orders.update_one({"_id": PAID}, {"$set": {"status": "cancelled"}})
    assert await books.wrongs() == {(3, REFUNDED_PART), (3, PAID)}


async def test_an_order_whose_amounts_do_not_add_up_or_are_not_its_trades_is_found(books: Books) -> None:
    line = {"sku_id": "s", "quantity": 2, "unit_price": 500}
    amounts = {"lines": [line], "subtotal": 1000, "delivery_fee": 60, "discount": 60}
    await books.orders.update_one({"_id": PAID}, {"$set": amounts})
    await books.orders.update_one({"_id": UNPAID}, {"$set": amounts | {"discount": 0}})
    await books.orders.update_one({"_id": LATE}, {"$set": amounts | {"delivery_fee": 0, "total": 940}})
    assert await books.wrongs() == {(3, UNPAID), (3, LATE)}


async def test_money_that_is_settled_before_its_receipt_is_found(books: Books) -> None:
    received = {"status": "completed", "at": datetime(2026, 11, 21, 17, tzinfo=UTC)}  # the 22nd in Beijing
    await books.orders.update_one(
        {"_id": REFUNDED_PART}, {"$set": {"status": "completed"}, "$push": {"history": received}}
    )
    in_time = {"order_id": REFUNDED_PART, "statement": "2026-11-22", "due": "2026-11-22"}
    for name, listed in (
        (f"payment:{PAID}", in_time | {"order_id": PAID}),
        (f"payment:{REFUNDED_PART}", in_time),
        (f"refund:{REFUNDED_PART}:r1", in_time | {"due": "2026-11-23"}),
    ):
        await books.ledger.update_one({"_id": name}, {"$set": listed})
    assert await books.wrongs() == {(7, f"payment:{PAID}"), (7, f"refund:{REFUNDED_PART}:r1")}
    early = {"statement": "2026-11-21", "due": "2026-11-21"}
    await books.ledger.update_one({"_id": f"payment:{REFUNDED_PART}"}, {"$set": early})
    assert (7, f"payment:{REFUNDED_PART}") in await books.wrongs()


async def test_money_that_is_never_due_although_its_goods_were_received_is_found(books: Books) -> None:
    received = {"status": "completed", "at": EARLIER}
    await books.orders.update_one(
        {"_id": PAID}, {"$set": {"status": "completed"}, "$push": {"history": received}}
    )
    assert await books.wrongs() == {(7, f"payment:{PAID}")}
    await books.ledger.update_one({"_id": f"payment:{PAID}"}, {"$set": {"due": "2026-11-22"}})
    assert await books.wrongs() == set()


async def test_a_statement_that_is_not_its_postings_or_its_payout_is_found(books: Books) -> None:
    eve, day = (_statement(name, 0)["_id"] for name in (EVE, DAY))
    await books.statements.update_one({"_id": day}, {"$set": {"paid": 49, "closing": -1}})
    assert await books.wrongs() == {(11, f"statement {day}")}
    await books.statements.update_one({"_id": day}, {"$set": {"paid": 50, "closing": 0}})
    await books.payouts.update_one({"_id": "p1"}, {"$set": {"amount": 701}})
    assert await books.wrongs() == {(11, f"statement {eve}"), (11, "payout:p1")}
    await books.payouts.delete_one({"_id": "p1"})
    assert await books.wrongs() == {(11, f"statement {eve}"), (11, "payout:p1")}


async def test_an_owners_payment_that_is_not_posted_once_is_found(books: Books) -> None:
    posting = f"owner_payment:q1:{SHOP}"
    await books.owner_payments.update_one({"_id": "q1"}, {"$set": {"amount": 60, "parts.0.amount": 60}})
    assert await books.wrongs() == {(11, posting)}
    await books.owner_payments.update_one({"_id": "q1"}, {"$set": {"parts.0.amount": 50}})
    assert await books.wrongs() == {(11, "payment q1")}
    await books.owner_payments.delete_one({"_id": "q1"})
    assert await books.wrongs() == {(11, posting)}


def _order(order_id: str, status: str, refunded: int = 0) -> dict[str, Any]:
    return {
        "_id": order_id, "mini_program_id": SHOP, "host_id": "h", "openid": "o", "status": status, "total": 1000,
        "refunded_total": refunded, "lines": [], "shipments": [], "expires_at": EARLIER,
        "history": [{"status": status, "at": EARLIER}],
    }  # fmt: skip


def _trade(order_id: str, state: str, *refunds: dict[str, Any]) -> dict[str, Any]:
    return {
        "_id": order_id, "state": state, "total": 1000, "trade_no": "2026", "paid_at": EARLIER, "refunds": list(refunds),
    }  # fmt: skip


def _refund(refund_id: str, amount: int, *, late: bool = False) -> dict[str, Any]:
    return {"refund_id": refund_id, "amount": amount, "late": late, "state": "settled", "settled_at": EARLIER}


def _transfer(name: str, bank: str, payee: str, amount: int) -> dict[str, Any]:
    """A posting of money that moved at the bank: out is negative."""
    legs = [{"account": bank, "amount": amount}, {"account": payee, "amount": -amount}]
    return {"_id": name, "kind": name.partition(":")[0], "day": DAY, "mini_program_id": SHOP, "legs": legs}


def _statement(day: str, paid_out: int) -> dict[str, Any]:
    """A day on which the owner was paid what was carried over, or paid what was owed."""
    opening, paid = (paid_out, 0) if paid_out else (-50, 50)
    return {
        "_id": f"{day}:{SHOP}:owner:{SHOP}", "opening": opening, "earned": 0, "reversed": 0, "paid": paid, "paid_out": paid_out,
        "closing": 0,
    }  # fmt: skip


def _posting(name: str, held: int, kind: str = "") -> dict[str, Any]:
    legs = [{"account": "clearing:alipay.default", "amount": held}, {"account": "platform", "amount": -held}]
    kind = kind or name.partition(":")[0]
    return {"_id": name, "kind": kind, "day": "2026-11-20", "order_id": name.split(":")[1], "legs": legs}
