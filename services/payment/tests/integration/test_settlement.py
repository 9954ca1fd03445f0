"""Days are settled once, to the fen, and compared with Alipay's bill."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from payment_support.till import SHOP, Till

from contracts.money import cny
from payment.domain.days import day_of, end_of, start_of
from support.eventually import eventually


@pytest.fixture
def options() -> dict[str, Any]:
    return {"settlement_wait": timedelta(seconds=0)}


async def _settle(till: Till, day: date) -> tuple[int, Any]:
    return await till.call("POST", f"/v1/ops/settlements/{day}", headers=till.issuer.headers("ops"))


async def test_a_day_is_settled_once_and_every_payee_is_paid_what_the_ledger_owes(till: Till) -> None:
    await till.open_shop()
    first = await till.paid(amount=10000, platform_bp=500, creator_bp=1000, creator_id="c-1")
    second = await till.paid(amount=5000, platform_bp=500, creator_bp=1000)
    refund_id = await till.approve_refund(first, 4000)
    await till.posted(first.order_id, f"refund:{first.order_id}:{refund_id}")
    await till.posted(second.order_id, f"payment:{second.order_id}")
    await till.receive(first, second)
    today = day_of(till.clock())

    status, body = await _settle(till, today)
    assert (status, body["code"]) == (409, "not_yet")
    till.clock.shift += timedelta(days=1)
    answers = await asyncio.gather(*(_settle(till, today) for _ in range(5)))
    assert {status for status, _ in answers} <= {200, 409}
    await eventually(lambda: _closed(till, today))
    status, settled = await _settle(till, today)
    assert (status, settled["state"], settled["statements"]) == (200, "closed", 2)
    assert (settled["platform"], settled["paid_out"]) == (500 + 250 - 200, 8500 - 3400 + 4750 + 1000 - 400)

    payouts = [e for e in till.published if type(e).__name__ == "PayoutSettled"]
    await eventually(lambda: len([e for e in till.published if type(e).__name__ == "PayoutSettled"]) == 2)
    payouts = {e.payee: e.amount.amount for e in till.published if type(e).__name__ == "PayoutSettled"}
    assert payouts == {"owner-1": 9850, "c-1": 600}
    await eventually(lambda: _balances(till, {"owner:demoshop01": 0, "creator:c-1": 0, "payouts": -10450}))

    status, body = await till.call(
        "GET", f"/v1/owner/settlements?day={today}", headers=till.issuer.headers("owner", owner_id="owner-1")
    )
    [statement] = body["items"]
    assert (statement["earned"], statement["reversed"], statement["paid_out"]) == (13250, -3400, 9850)
    assert sum(line["amount"] for line in body["lines"]) == 9850
    async with till.http.get(
        f"{till.service.url}/v1/owner/settlements?day={today}&format=csv",
        headers=till.issuer.headers("owner", owner_id="owner-1"),
    ) as answer:
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert sum(int(row["amount_fen"]) for row in rows) == 9850
    status, body = await till.call(
        "GET", "/v1/creator/earnings", headers=till.issuer.headers("creator", creator_id="c-1")
    )
    assert ([item["paid_out"] for item in body["items"]], body["pending"]) == ([600], 0)
    async with till.http.get(
        f"{till.service.url}/v1/creator/earnings?day={today}&format=csv",
        headers=till.issuer.headers("creator", creator_id="c-1"),
    ) as answer:
        assert answer.content_type == "text/csv"
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert [(row["kind"], row["amount_fen"]) for row in rows] == [("payment", "1000"), ("refund", "-400")]
    _, others = await till.call(
        "GET", f"/v1/owner/settlements?day={today}", headers=till.issuer.headers("owner", owner_id="owner-2")
    )
    assert (others["items"], others["lines"]) == ([], [])


async def test_a_paid_order_is_pending_until_its_goods_are_received(till: Till) -> None:
    await till.open_shop()
    order = await till.paid(amount=10000, platform_bp=500, creator_bp=0)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    paid_on = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    assert (await _settle(till, paid_on))[1]["statements"] == 0
    headers = till.issuer.headers("owner", owner_id="owner-1")
    _, body = await till.call("GET", "/v1/owner/settlements", headers=headers)
    assert (body["items"], body["pending"], body["awaiting_receipt"]) == ([], 9500, 9500)
    await till.receive(order)
    _, body = await till.call("GET", "/v1/owner/settlements", headers=headers)
    assert (body["pending"], body["awaiting_receipt"]) == (9500, 0)
    till.clock.shift += timedelta(days=1)
    _, settled = await _settle(till, paid_on + timedelta(days=1))
    assert (settled["statements"], settled["paid_out"], settled["platform"]) == (1, 9500, 500)


async def test_a_refund_after_a_settled_day_is_made_up_for_by_later_days(till: Till) -> None:
    await till.open_shop()
    order = await till.paid(amount=10000, platform_bp=0)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.receive(order)
    day = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    assert (await _settle(till, day))[0] == 200
    refund_id = await till.approve_refund(order, 3000)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    till.clock.shift += timedelta(days=1)
    status, settled = await _settle(till, day + timedelta(days=1))
    assert (status, settled["paid_out"]) == (200, 0)
    headers = till.issuer.headers("owner", owner_id="owner-1")
    _, body = await till.call("GET", "/v1/owner/settlements?limit=1", headers=headers)
    assert [item["closing"] for item in body["items"]] == [-3000]
    _, rest = await till.call(
        "GET", f"/v1/owner/settlements?limit=1&cursor={body['next_cursor']}", headers=headers
    )
    assert ([item["paid_out"] for item in rest["items"]], rest["next_cursor"]) == ([10000], None)
    status, refused = await till.call("GET", "/v1/owner/settlements?cursor=made-up", headers=headers)
    assert (status, refused["code"]) == (422, "invalid_cursor")


async def test_an_owner_reads_statements_by_day_and_by_month_as_pages_and_as_a_file(till: Till) -> None:
    await till.open_shop()
    till.clock.shift += start_of(date(2027, 3, 30)) + timedelta(hours=1) - till.clock()
    for amount in (1000, 2000, 4000):  # on 30 and 31 March, and on 1 April
        order = await till.paid(amount=amount, platform_bp=0)
        await till.posted(order.order_id, f"payment:{order.order_id}")
        await till.receive(order)
        day = day_of(till.clock())
        till.clock.shift += timedelta(days=1)
        assert (await _settle(till, day))[0] == 200
    headers = till.issuer.headers("owner", owner_id="owner-1")
    path = "/v1/owner/statements"
    _, months = await till.call("GET", f"{path}?by=month", headers=headers)
    totals = [(item["period"], item["earned"], item["payments"]) for item in months["items"]]
    assert totals[:2] == [("2027-04", 4000, 1), ("2027-03", 3000, 2)]
    _, newest = await till.call("GET", f"{path}?limit=1", headers=headers)
    _, rest = await till.call("GET", f"{path}?cursor={newest['next_cursor']}&limit=2", headers=headers)
    periods = [item["period"] for item in newest["items"] + rest["items"]]
    assert periods == ["2027-04-01", "2027-03-31", "2027-03-30"]
    _, some = await till.call("GET", f"{path}?from=2027-03-31&to=2027-03-31", headers=headers)
    assert [item["paid_out"] for item in some["items"]] == [2000]
    async with till.http.get(
        f"{till.service.url}{path}?by=month&format=csv&from=2027-01-01", headers=headers
    ) as answer:
        body = await answer.read()
    assert body.startswith(b'\xef\xbb\xbf"period",')
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [(row["period"], row["paid_out_fen"], row["closing_fen"]) for row in rows] == [
        ("2027-04", "4000", "0"),
        ("2027-03", "3000", "0"),
    ]
    _, others = await till.call("GET", path, headers=till.issuer.headers("owner", owner_id="owner-2"))
    assert others["items"] == []


async def test_a_statement_names_sales_discount_delivery_fee_refunds_and_commission(till: Till) -> None:
    await till.open_shop()
    price = {"subtotal": cny(10000), "discount": cny(1000), "delivery_fee": cny(800), "total": cny(9800)}
    order = await till.paid(amount=10000, platform_bp=500, creator_bp=1000, creator_id="c-1", **price)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.receive(order)
    refund_id = await till.approve_refund(order, 980)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    today = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    assert (await _settle(till, today))[0] == 200
    expected = {
        "sales": 10000, "discount": 1000, "delivery_fee": 800, "refunded": 980, "commission": 1350 - 135, "at_owner": 0,
        "paid_out": 7605, "owed": 0,
    }  # fmt: skip
    headers = till.issuer.headers("owner", owner_id="owner-1")
    for path in ("/v1/owner/statements?by=day", "/v1/owner/statements?by=month", "/v1/owner/settlements"):
        _, page = await till.call("GET", path, headers=headers)
        assert {name: page["items"][0][name] for name in expected} == expected, path
    async with till.http.get(
        f"{till.service.url}/v1/owner/statements?by=month&format=csv", headers=headers
    ) as answer:
        [row] = csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))
    assert {name: int(row[f"{name}_fen"]) for name in expected} == expected
    _, page = await till.call(
        "GET", "/v1/creator/earnings", headers=till.issuer.headers("creator", creator_id="c-1")
    )
    [earned] = page["items"]
    assert (earned["earned"] + earned["reversed"], earned["sales"]) == (810, 0)


async def test_an_operator_takes_a_days_payouts_to_the_bank_and_marks_what_it_has_transferred(
    till: Till,
) -> None:
    await till.open_shop()
    order = await till.paid(amount=10000, platform_bp=0, creator_bp=1000, creator_id="c-1")
    await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.receive(order)
    today = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    assert (await _settle(till, today))[0] == 200
    ops = till.issuer.headers("ops")

    _, first = await till.call("GET", "/v1/ops/payouts?status=pending&limit=1", headers=ops)
    _, rest = await till.call(
        "GET", f"/v1/ops/payouts?status=pending&cursor={first['next_cursor']}", headers=ops
    )
    payouts = {item["payee"]: item for item in first["items"] + rest["items"]}
    assert {(p["payee"], p["payee_kind"], p["amount"], p["status"], p["day"]) for p in payouts.values()} == {
        ("owner-1", "owner", 9000, "pending", str(today)),
        ("c-1", "creator", 1000, "pending", str(today)),
    }
    path = f"/v1/ops/payouts/{payouts['owner-1']['payout_id']}/settlement"
    status, body = await till.call("POST", path, headers=ops, json={"reference": "B-1"})
    assert (status, body["code"]) == (400, "idempotency_key_missing")
    keyed = ops | {"Idempotency-Key": "k1"}
    since = quote(till.clock().isoformat())
    settled = await till.call("POST", path, headers=keyed, json={"reference": "-B 1"})
    _, changed = await till.call("GET", f"/v1/ops/payouts?updated_since={since}", headers=ops)
    assert [payout["payee"] for payout in changed["items"]] == ["owner-1"]
    assert (settled[0], settled[1]["status"], settled[1]["reference"]) == (200, "settled", "-B 1")
    assert await till.call("POST", path, headers=keyed, json={"reference": "-B 1"}) == settled
    status, body = await till.call("POST", path, headers=keyed, json={"reference": "B-2"})
    assert (status, body["code"]) == (422, "idempotency_key_reused")
    others = ops | {"Idempotency-Key": "k2"}
    assert await till.call("POST", path, headers=others, json={"reference": "-B 1"}) == settled
    status, body = await till.call("POST", path, headers=others, json={"reference": "B-2"})
    assert (status, body["code"]) == (409, "already_settled")
    assert "-B 1" in body["detail"]
    unknown = await till.call(
        "POST", "/v1/ops/payouts/x/settlement", headers=keyed, json={"reference": "B-2"}
    )
    assert unknown[0] == 404
    one = path.removesuffix("/settlement")
    assert await till.call("GET", one, headers=ops) == settled
    assert (await till.call("GET", "/v1/ops/payouts/x", headers=ops))[0] == 404

    _, done = await till.call("GET", "/v1/ops/payouts?status=settled", headers=ops)
    _, open_ = await till.call("GET", "/v1/ops/payouts?status=pending", headers=ops)
    assert ([p["payee"] for p in done["items"]], [p["payee"] for p in open_["items"]]) == (
        ["owner-1"],
        ["c-1"],
    )
    async with till.http.get(f"{till.service.url}/v1/ops/payouts.csv?day={today}", headers=ops) as answer:
        body = await answer.read()
    rows = {row["payee"]: row for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))}
    assert (rows["owner-1"]["amount"], rows["owner-1"]["reference"]) == ("90.00", "'-B 1")
    assert (rows["c-1"]["amount_fen"], rows["c-1"]["status"]) == ("1000", "pending")
    assert len(rows) == 2


async def test_operators_who_settle_one_payout_at_once_settle_it_once(till: Till) -> None:
    await till.open_shop()
    order = await till.paid(amount=10000, platform_bp=0, creator_bp=1000)
    await till.posted(order.order_id, f"payment:{order.order_id}")
    await till.receive(order)
    today = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    assert (await _settle(till, today))[0] == 200
    _, page = await till.call("GET", "/v1/ops/payouts?status=pending", headers=till.issuer.headers("ops"))
    [payout] = page["items"]

    async def settle(number: int) -> tuple[int, Any]:
        headers = till.issuer.headers("ops", sub=f"ops-{number}") | {"Idempotency-Key": f"k{number}"}
        path = f"/v1/ops/payouts/{payout['payout_id']}/settlement"
        return await till.call("POST", path, headers=headers, json={"reference": f"B-{number}"})

    answers = await asyncio.gather(*(settle(number) for number in range(6)))
    [settled] = [body for status, body in answers if status == 200]
    others = [body for status, body in answers if status != 200]
    assert {body["code"] for body in others} <= {"already_settled", "conflict"}
    _, page = await till.call("GET", "/v1/ops/payouts", headers=till.issuer.headers("ops"))
    [stored] = page["items"]
    assert (stored["status"], stored["reference"]) == ("settled", settled["reference"])


async def test_a_day_whose_records_agree_is_clean(till: Till) -> None:
    order = await till.paid(amount=10000)
    refund_id = await till.approve_refund(order, 2500)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    report = await _reconcile(till)
    assert report["clean"] is True
    [item] = report["items"]
    assert (item["compared"], item["bill_total"], item["ledger_total"]) == (2, 7500, 7500)


async def test_every_planted_mismatch_is_found_and_nothing_else(till: Till) -> None:
    orders = [await till.paid(amount=1000 + n) for n in range(6)]
    for order in orders:
        await till.posted(order.order_id, f"payment:{order.order_id}")
    trades, ledger = till.service.db["trades"], till.service.db["ledger"]
    missing_here, missing_there, amount, state, state_too, _ = (order.order_id for order in orders)
    await trades.delete_one({"_id": missing_here})
    await ledger.delete_one({"_id": f"payment:{missing_here}"})
    ghost = f"{SHOP}_ghost"
    for collection, key in ((trades, ghost), (ledger, f"payment:{ghost}")):
        found = await collection.find_one(
            {"_id": missing_there if collection is trades else f"payment:{missing_there}"}
        )
        await collection.insert_one(
            {**found, "_id": key, **({"order_id": ghost} if collection is ledger else {})}
        )
    await ledger.update_one(
        {"_id": f"payment:{amount}", "legs.account": "clearing:alipay.default"},
        {"$inc": {"legs.$.amount": 1}},
    )
    await ledger.delete_one({"_id": f"payment:{state}"})
    await trades.update_one({"_id": state_too}, {"$unset": {"paid_at": 1}, "$set": {"state": "closed"}})
    report = await _reconcile(till)
    found = {difference["order_id"]: difference["kind"] for difference in report["items"][0]["differences"]}
    assert found == {
        missing_here: "missing_here",
        ghost: "missing_there",
        amount: "amount",
        state: "state",
        state_too: "state",
    }
    assert report["clean"] is False
    stored = await till.call(
        "GET", f"/v1/ops/reconciliations/{report['day']}", headers=till.issuer.headers("ops")
    )
    assert stored == (200, report)


async def test_a_future_day_cannot_be_reconciled(till: Till) -> None:
    tomorrow = day_of(till.clock()) + timedelta(days=1)
    status, body = await till.call(
        "POST", f"/v1/ops/reconciliations/{tomorrow}", headers=till.issuer.headers("ops")
    )
    assert (status, body["code"], body["errors"][0]["field"]) == (422, "invalid_content", "day")


async def test_money_that_is_not_billed_yet_is_a_difference_only_once_the_bill_is_due(
    till: Till,
) -> None:
    day = day_of(till.clock())
    assert (await _reconcile(till))["items"][0]["provisional"] is True
    recorded = {
        "paid_at": start_of(day),
        "total": 100,
        "refunds": [],
        "payee": ["alipay", "default", "1", "2"],
    }
    await till.service.db["trades"].insert_one({"_id": f"{SHOP}_unbilled", **recorded})
    path = f"/v1/ops/reconciliations/{day}"
    status, body = await till.call("POST", path, headers=till.issuer.headers("ops"))
    assert (status, body["code"]) == (409, "not_yet")
    assert "by 10:00 (Beijing) on the day after" in body["detail"]
    till.clock.shift += end_of(day) + timedelta(hours=10) - till.clock()
    status, report = await till.call("POST", path, headers=till.issuer.headers("ops"))
    assert (status, report["clean"], report["items"][0]["provisional"]) == (200, False, False)
    assert report["items"][0]["differences"][0]["kind"] == "missing_there"


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31", "2026-02-30", "20261122"])
async def test_a_day_that_cannot_be_settled_is_refused_and_stops_no_other(till: Till, day: str) -> None:
    for kind in ("settlements", "reconciliations"):
        status, problem = await till.call("POST", f"/v1/ops/{kind}/{day}", headers=till.issuer.headers("ops"))
        assert (status, problem["code"]) == (422, "invalid_content")
        assert "2026-11-22" in problem["errors"][0]["message"]
    yesterday = day_of(till.clock()) - timedelta(days=1)
    assert (await _settle(till, yesterday))[0] == 200
    await eventually(lambda: _closed(till, yesterday))


async def test_only_operators_settle_and_reconcile(till: Till) -> None:
    for path in ("/v1/ops/settlements/2026-11-22", "/v1/ops/reconciliations/2026-11-22"):
        for scope in ("host", "owner", "creator"):
            status, _ = await till.call("POST", path, headers=till.issuer.headers(scope))
            assert status == 403


async def _reconcile(till: Till) -> dict[str, Any]:
    status, body = await till.call(
        "POST", f"/v1/ops/reconciliations/{day_of(till.clock())}", headers=till.issuer.headers("ops")
    )
    assert status == 200, body
    return body


async def _closed(till: Till, day: date) -> bool:
    _, body = await till.call("GET", f"/v1/ops/settlements/{day}", headers=till.issuer.headers("ops"))
    return body.get("state") == "closed"


async def _balances(till: Till, expected: dict[str, int]) -> bool:
    _, body = await till.call("GET", "/v1/ops/ledger", headers=till.issuer.headers("ops"))
    assert body["sum"] == 0
    return expected.items() <= body["balances"].items()
