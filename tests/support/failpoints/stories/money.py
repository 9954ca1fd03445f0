"""Links, returns from Alipay, settlement, reconciliation, and what Alipay's sandbox does with money."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.domain.signing import request_text
from payment.domain.days import day_of
from runtime.clock import system_clock
from support.failpoints.stories.shop import Shop, open_shop
from support.failpoints.world import World
from support.sandbox import Merchant


async def order_gets_another_link(world: World) -> None:
    """The same request under the same key gets the same offer."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await shop.link(order_id)
    path, key = f"{shop.orders_path}/{order_id}/payments", secrets.token_hex(8)
    offers = [
        await world.call("payment", "POST", path, {"product": "qr"}, headers=shop.buyer, key=key)
        for _ in range(2)
    ]
    assert offers[0] == offers[1]
    await world.call("alipay_sandbox", "POST", "/sandbox/pay", {"qr_code": offers[0]["qr_code"]},
                     or_codes={"ACQ.TRADE_HAS_SUCCESS"})  # fmt: skip
    await shop.until_status(order_id, "paid")
    await shop.until_posted(order_id, 1)


async def payer_returns(world: World) -> None:
    """Without any notice: the payer's browser comes back, and payment asks Alipay."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    await _fault(world, "drop_notify", order_id, count=8)
    paid = await shop.pay_link(await shop.link(order_id))
    assert paid
    path = f"/sandbox/trades/{order_id}/return"

    async def address() -> str:
        try:
            async with world.http.get(world.url("alipay_sandbox") + path, allow_redirects=False) as answer:
                assert answer.status == 302, await answer.text()
                return answer.headers["Location"]
        except aiohttp.ClientError as away:
            raise AssertionError(repr(away)) from None

    back = urlsplit(await world.until(address, "the address of the return"))
    await world.call("payment", "GET", f"{back.path}?{back.query}")
    await shop.until_status(order_id, "paid")
    await shop.until_posted(order_id, 1)


async def other_money_arrives(world: World) -> None:
    """A payment of another amount than agreed is no payment of the order."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    await shop.pay_link(_for_one_fen(world, link))

    async def noticed() -> bool:
        trade = await world.db("payment")["trades"].find_one({"_id": order_id})
        assert trade["state"] == "requested", trade
        assert trade["tries"] > 0, trade
        return True

    await world.until(noticed, "payment asks again, later")
    assert (await shop.order(order_id))["status"] == "awaiting_payment"
    assert await world.db("payment")["ledger"].count_documents({"order_id": order_id}) == 0


async def settled_trade_comes_due(world: World) -> None:
    """A trade on which nothing is to be done leaves the list of due trades, unchanged."""
    shop = await open_shop(world)
    order_id = await shop.buy()
    trades = world.db("payment")["trades"]
    await world.restart("payment")  # nothing of it is in memory any more
    await trades.update_one({"_id": order_id}, {"$set": {"due_at": datetime.now(UTC)}})

    async def left() -> bool:
        trade = await trades.find_one({"_id": order_id})
        assert trade.get("due_at") is None, trade
        assert trade["state"] == "settled"
        return True

    await world.until(left, "the trade is not due any more")


async def day_is_settled(world: World) -> None:
    """A day long ago, which no other story settles: each payee gets one statement and one payout, posted and transferred once."""
    shop = await open_shop(world)
    day = await _sell_on_a_day_long_ago(world, shop)
    path = f"/v1/ops/settlements/{day}"
    settled = [await world.call("payment", "POST", path, headers=shop.ops) for _ in range(2)]
    assert settled[0] == settled[1], settled

    async def paid_out() -> bool:
        statements = (
            await world.db("payment")["statements"].find({"mini_program_id": shop.mini_program_id}).to_list()
        )
        assert len(statements) == 1, statements
        published = await world.published("settlements", mini_program_id=shop.mini_program_id)
        assert published.count("PayoutSettled") == 1, published
        postings = world.db("payment")["ledger"]
        assert (
            await postings.count_documents({"mini_program_id": shop.mini_program_id, "kind": "payout"}) == 1
        )
        return True

    await world.until(paid_out, "the payout of the day")
    payout = await world.db("payment")["payouts"].find_one(
        {"statement": {"$regex": f"^{day}:{shop.mini_program_id}:"}}
    )
    assert payout is not None
    path, key = f"/v1/ops/payouts/{payout['_id']}/settlement", secrets.token_hex(8)
    transferred = [
        await world.call("payment", "POST", path, {"reference": "B-1"}, headers=shop.ops, key=key)
        for _ in range(2)
    ]
    assert transferred[0] == transferred[1]
    assert transferred[0]["status"] == "settled"
    balances = await world.call("payment", "GET", "/v1/ops/ledger", headers=shop.ops)
    assert balances["sum"] == 0


async def owner_pays(world: World) -> None:
    """An owner who owes commission pays it: recorded and posted once."""
    shop = await open_shop(world)
    day = await _sell_on_a_day_long_ago(world, shop)
    await world.call("payment", "POST", f"/v1/ops/settlements/{day}", headers=shop.ops)
    payment = world.db("payment")
    own = {"mini_program_id": shop.mini_program_id}
    await payment["statements"].update_one(own, {"$set": {"closing": -100}})
    owner = await payment["mini_programs"].find_one({"_id": shop.mini_program_id})
    path = f"/v1/ops/owners/{owner['owner_id']}/payments"
    body = {
        "amount": {"amount": 100, "currency": "CNY"}, "reference": secrets.token_hex(8), "paid_on": "2026-11-01",
    }  # fmt: skip
    recorded = [await world.call("payment", "POST", path, body, headers=shop.ops) for _ in range(2)]
    assert recorded[0] == recorded[1]

    async def posted() -> bool:
        postings = await payment["ledger"].find(own | {"kind": "owner_payment"}).to_list()
        assert [posting["reference"] for posting in postings] == [body["reference"]]
        published = await world.published("settlements", **own)
        assert published.count("OwnerPaymentRecorded") == 1, published
        return True

    await world.until(posted, "the owner's payment is posted")


async def day_was_passed_over(world: World) -> None:
    """A day that was begun, could not be settled and now can: it is settled after the days that passed it."""
    shop = await open_shop(world)
    other = await _sell_on_a_day_long_ago(world, shop)
    await world.call("payment", "POST", f"/v1/ops/settlements/{other}", headers=shop.ops)
    day = await _sell_on_a_day_long_ago(world, shop)
    settlements = world.db("payment")["settlements"]
    begun = {"number": -secrets.randbelow(10**9), "state": "open", "opened_at": datetime.now(UTC)}
    await settlements.insert_one({"_id": day.isoformat(), **begun})

    async def settled() -> bool:
        await world.call("payment", "POST", f"/v1/ops/settlements/{day}", headers=shop.ops)
        passed = await settlements.find_one({"_id": other.isoformat()})
        found = await settlements.find_one({"_id": day.isoformat()})
        done = found["state"] == "closed" and found["statements"] == 1
        return bool(done and found["number"] > passed["number"])

    await world.until(settled, "the day to be settled after the other one")


async def _sell_on_a_day_long_ago(world: World, shop: Shop) -> date:
    """A day that no other story settles, with the postings of one order."""
    order_id = await shop.buy()
    day = date(2001, 1, 1) + timedelta(days=secrets.randbelow(9_000))
    await world.db("payment")["ledger"].update_many(
        {"order_id": order_id}, {"$set": {"day": day.isoformat(), "due": day.isoformat()}}
    )
    return day


async def day_is_reconciled(world: World) -> None:
    """What the ledger says of today's order is what Alipay's bill says."""
    shop = await open_shop(world)
    order_id = await shop.buy()
    path = f"/v1/ops/reconciliations/{day_of(system_clock())}"
    report = await world.call("payment", "POST", path, headers=shop.ops)
    assert report == await world.call("payment", "GET", path, headers=shop.ops)
    differences = [d for item in report["items"] for d in item["differences"]]
    assert order_id not in str(differences), differences


async def waiting_trade_is_paid(world: World) -> None:
    """The buyer logs in first, and pays later."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    await world.call("alipay_sandbox", "POST", "/sandbox/pay", {"cashier_url": link, "result": "fail"})
    await world.call(
        "alipay_sandbox",
        "POST",
        "/sandbox/pay",
        {"out_trade_no": order_id},
        or_codes={"ACQ.TRADE_HAS_SUCCESS"},
    )
    await shop.until_status(order_id, "paid")
    await shop.until_posted(order_id, 1)


async def waiting_trade_is_paid_by_link(world: World) -> None:
    """The same by the link again."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    await world.call("alipay_sandbox", "POST", "/sandbox/pay", {"cashier_url": link, "result": "fail"})
    await shop.pay_link(link)
    await shop.until_status(order_id, "paid")
    await shop.until_posted(order_id, 1)


async def notices_misbehave(world: World) -> None:
    """A forged notice, then a delayed one that comes twice: the order is paid once."""
    shop = await open_shop(world)
    order_id = (await shop.place())["order_id"]
    link = await shop.link(order_id)
    await _fault(world, "forge_notify", order_id)
    await _fault(world, "duplicate_notify", order_id)
    await _fault(world, "delay_notify", order_id, seconds=1)
    await shop.pay_link(link)
    await shop.until_status(order_id, "paid")
    await shop.until_posted(order_id, 1)
    await shop.until_published("payments", order_id, "PaymentRequested", "PaymentSettled")


async def alipay_is_controlled(world: World) -> None:
    """Clock, faults, and trades that are closed and finished by hand."""
    sandbox = "alipay_sandbox"
    assert (await world.call(sandbox, "POST", "/sandbox/clock", {"speed": 2.0}))["speed"] == 2
    await world.call(sandbox, "POST", "/sandbox/clock", {"speed": 1.0})
    await _fault(world, "drop_notify", f"x{secrets.token_hex(4)}", count=3)
    await world.call(sandbox, "DELETE", "/sandbox/faults")
    assert (await world.call(sandbox, "GET", "/sandbox/faults"))["items"] == []
    merchant = _merchant(world)
    closed, finished = await _opened(world, merchant), await _opened(world, merchant)
    view = await world.call(
        sandbox, "POST", f"/sandbox/trades/{closed}/close", or_codes={"ACQ.TRADE_HAS_CLOSE"}
    )
    assert view.get("trade_status", "TRADE_CLOSED") == "TRADE_CLOSED", view
    await world.call(
        sandbox, "POST", "/sandbox/pay", {"out_trade_no": finished}, or_codes={"ACQ.TRADE_HAS_SUCCESS"}
    )
    view = await world.call(sandbox, "POST", f"/sandbox/trades/{finished}/finish",
        or_codes={"ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_HAS_FINISHED"},
    )  # fmt: skip
    view = await world.call(sandbox, "GET", f"/sandbox/trades/{finished}")
    assert view["trade_status"] == "TRADE_FINISHED", view


async def merchant_cancels(world: World) -> None:
    """alipay.trade.cancel of a paid trade: the money goes back once."""
    merchant = _merchant(world)
    number = await _opened(world, merchant)
    await world.call(
        "alipay_sandbox", "POST", "/sandbox/pay", {"out_trade_no": number}, or_codes={"ACQ.TRADE_HAS_SUCCESS"}
    )
    for _ in range(2):
        await _answered(world, merchant, "alipay.trade.cancel", {"out_trade_no": number})
    trade = await world.call("alipay_sandbox", "GET", f"/sandbox/trades/{number}")
    assert (trade["trade_status"], trade["refunded_amount"]) == ("TRADE_CLOSED", "1.00"), trade


async def trade_expires(world: World) -> None:
    merchant = _merchant(world)
    number = await _opened(world, merchant, time_expire=_beijing(timedelta(seconds=2)))

    async def closed() -> bool:
        trade = await world.call("alipay_sandbox", "GET", f"/sandbox/trades/{number}")
        assert trade["trade_status"] == "TRADE_CLOSED", trade
        return True

    await world.until(closed, "the trade is closed at its deadline")


async def seller_withdraws(world: World) -> None:
    """A withdrawal that was stored counts after a crash too."""
    merchant = _merchant(world)
    number = await _opened(world, merchant)
    await world.call(
        "alipay_sandbox", "POST", "/sandbox/pay", {"out_trade_no": number}, or_codes={"ACQ.TRADE_HAS_SUCCESS"}
    )
    seller = (await world.call("alipay_sandbox", "GET", f"/sandbox/trades/{number}"))["seller_id"]
    path = f"/sandbox/sellers/{seller}/withdrawals"
    await world.call("alipay_sandbox", "POST", path, {"amount": "0.01"})
    balance = (await world.call("alipay_sandbox", "GET", f"/sandbox/sellers/{seller}"))["balance"]
    stored = await world.db("alipay_sandbox")["withdrawals"].find_one({"_id": seller})
    trades = await world.db("alipay_sandbox")["trades"].find({"order.seller_id": seller}).to_list()
    takings = sum(
        t["order"]["total"] - sum(r["amount"] for r in t["refunds"])
        for t in trades
        if t["paid_at"] is not None
    )
    assert round(float(balance) * 100) == takings - stored["fen"], (balance, takings, stored)


def _merchant(world: World) -> Merchant:
    merchant = Merchant(world.folder / "keys", world.http)
    merchant.gateway = f"{world.url('alipay_sandbox')}/gateway.do"
    return merchant


async def _opened(world: World, merchant: Merchant, **more: str) -> str:
    """A waiting trade of one yuan of a merchant other than ours; its number."""
    number = f"T{secrets.token_hex(8)}"
    link = merchant.link({"out_trade_no": number, "total_amount": "1.00", **more}, notify_url="")
    await world.call("alipay_sandbox", "POST", "/sandbox/pay", {"cashier_url": link, "result": "fail"})
    return number


async def _answered(world: World, merchant: Merchant, method: str, biz: dict[str, Any]) -> dict[str, Any]:
    params = merchant.sign(method, biz)
    answer = await world.call("alipay_sandbox", "POST", f"/gateway.do?{urlencode(params)}")
    [content] = [value for name, value in answer.items() if name.endswith("_response")]
    assert content["code"] == "10000", content
    return dict(content)


async def _fault(world: World, fault: str, order_id: str, **more: Any) -> None:
    body = {"fault": fault, "out_trade_no": order_id, **more}
    await world.call("alipay_sandbox", "POST", "/sandbox/faults", body)


def _for_one_fen(world: World, link: str) -> str:
    """The link as our merchant would have signed it for one fen."""
    address, _, query = link.partition("?")
    params = dict(parse_qsl(query))
    del params["sign"]
    params["biz_content"] = json.dumps(json.loads(params["biz_content"]) | {"total_amount": "0.01"})
    key = SigningKey.read(world.folder / "keys" / "platform_private_key.pem")
    return f"{address}?{urlencode(params | {'sign': key.sign(request_text(params), params['charset'])})}"


def _beijing(ahead: timedelta) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=8) + ahead:%Y-%m-%d %H:%M:%S}"


STORIES = (
    order_gets_another_link, payer_returns, other_money_arrives, settled_trade_comes_due, day_is_settled, day_was_passed_over, owner_pays,
    day_is_reconciled, waiting_trade_is_paid, waiting_trade_is_paid_by_link, notices_misbehave, alipay_is_controlled,
    merchant_cancels, trade_expires, seller_withdraws,
)  # fmt: skip
