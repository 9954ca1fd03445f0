"""Operators record what owners pay of the commission they owe: once, no more than is owed, and in a statement."""

from __future__ import annotations

import asyncio
import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from payment_support.till import SHOP, Till

from payment.domain.days import day_of
from support.eventually import eventually

OWNER = "owner-1"
PATH = f"/v1/ops/owners/{OWNER}/payments"


@pytest.fixture
def options() -> dict[str, Any]:
    return {"settlement_wait": timedelta(seconds=0)}


async def _settle_today(till: Till) -> date:
    today = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    headers = till.issuer.headers("ops")
    status, body = await till.call("POST", f"/v1/ops/settlements/{today}", headers=headers)
    assert status == 200, body
    return today


async def _owe(till: Till, amount: int) -> None:
    """The owner's money was paid out, and then refunded to the buyer: the owner owes it."""
    await till.open_shop(OWNER)
    order = await till.paid(amount=amount, platform_bp=0)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.receive(order)
    await _settle_today(till)
    refund_id = await till.approve_refund(order, amount)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    await _settle_today(till)


async def _record(till: Till, fen: int, number: str, path: str = PATH, **more: Any) -> tuple[int, Any]:
    body = {
        "amount": {"amount": fen, "currency": "CNY"},
        "reference": number,
        "paid_on": str(day_of(till.clock())),
    }
    return await till.call("POST", path, headers=till.issuer.headers("ops"), json=body | more)


async def test_what_an_owner_pays_is_recorded_once_and_is_in_the_next_statement(till: Till) -> None:
    await _owe(till, 3000)
    ops, own = till.issuer.headers("ops"), till.issuer.headers("owner", owner_id=OWNER)
    _, page = await till.call("GET", PATH, headers=ops)
    assert (page["items"], page["owed"]["amount"]) == ([], 3000)
    answers = await asyncio.gather(*(_record(till, 2000, "B-1") for _ in range(5)))
    assert [status for status, _ in answers] == [201] * 5
    recorded = answers[0][1]
    assert all(body == recorded for _, body in answers)
    assert recorded["parts"] == [{"mini_program_id": SHOP, "amount": {"amount": 2000, "currency": "CNY"}}]

    status, refused = await _record(till, 1001, "B-2")
    assert (status, refused["code"]) == (409, "more_than_owed")
    assert "owes 1000 fen" in refused["detail"]
    posting = f"owner_payment:{recorded['payment_id']}:{SHOP}"
    await eventually(lambda: till.service.db["ledger"].find_one({"_id": posting}), what="the posting")
    day = await _settle_today(till)
    _, page = await till.call("GET", f"/v1/owner/settlements?day={day}", headers=own)
    [statement] = page["items"]
    assert {name: statement[name] for name in ("opening", "earned", "reversed", "paid", "paid_out", "owed")} == {
        "opening": -3000, "earned": 0, "reversed": 0, "paid": 2000, "paid_out": 0, "owed": 1000,
    }  # fmt: skip
    [line] = page["lines"]
    assert (line["kind"], line["order_id"], line["amount"], line["reference"]) == (
        "owner_payment",
        None,
        2000,
        "B-1",
    )
    assert (await _record(till, 1000, "B-2"))[0] == 201
    _, page = await till.call("GET", PATH, headers=ops)
    assert ([item["reference"] for item in page["items"]], page["owed"]["amount"]) == (["B-2", "B-1"], 0)
    _, first = await till.call("GET", f"{PATH}?limit=1", headers=ops)
    _, rest = await till.call("GET", f"{PATH}?limit=1&cursor={first['next_cursor']}", headers=ops)
    assert [item["reference"] for item in first["items"] + rest["items"]] == ["B-2", "B-1"]
    balances = (await till.call("GET", "/v1/ops/ledger", headers=ops))[1]
    assert balances["sum"] == 0


async def test_two_payments_at_once_never_pay_the_same_debt(till: Till) -> None:
    await _owe(till, 3000)
    answers = await asyncio.gather(*(_record(till, 1000, f"B-{n}") for n in range(5)))
    assert sorted(status for status, _ in answers) == [201] * 3 + [409] * 2
    payments = [payment async for payment in till.service.db["owner_payments"].find()]
    assert sorted(payment["number"] for payment in payments) == [1, 2, 3]


async def test_a_payment_that_cannot_be_is_refused_with_words(till: Till) -> None:
    await _owe(till, 3000)
    assert (await _record(till, 1000, "B-1"))[0] == 201
    for body in ({"amount": {"amount": 999, "currency": "CNY"}}, {"paid_on": "2026-01-01"}):
        status, refused = await _record(till, 1000, "B-1", **body)
        assert (status, refused["code"]) == (409, "reference_used")
    tomorrow = day_of(till.clock()) + timedelta(days=1)
    for body, field in (
        ({"amount": {"amount": 0, "currency": "CNY"}}, "amount"),
        ({"amount": {"amount": -1, "currency": "CNY"}}, "amount.amount"),
        ({"amount": {"amount": 10**12, "currency": "CNY"}}, "amount.amount"),
        ({"amount": {"amount": "1", "currency": "CNY"}}, "amount.amount"),
        ({"paid_on": str(tomorrow)}, "paid_on"),
        ({"paid_on": "2026-02-30"}, "paid_on"),
        ({"reference": ""}, "reference"),
        ({"reference": "流水"}, "reference"),
    ):
        status, refused = await _record(till, 1000, "B-3", **body)
        assert (status, refused["code"]) == (422, "invalid_content"), body
        assert [error["field"] for error in refused["errors"]] == [field]
    unknown = PATH.replace(OWNER, f"owner-{secrets.token_hex(4)}")
    assert (await _record(till, 1000, "B-4", unknown))[0] == 404
    finance, reader = till.issuer.headers("ops", role="finance"), till.issuer.headers("ops", role="read")
    body = {"amount": {"amount": 5, "currency": "CNY"}, "reference": "B-5", "paid_on": "2026-11-01"}
    assert (await till.call("POST", PATH, headers=reader, json=body))[0] == 403
    assert (await till.call("POST", PATH, headers=finance, json=body))[0] == 201
