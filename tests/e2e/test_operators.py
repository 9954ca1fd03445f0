"""What operators ask `anchorage` about the running platform, each as a command in a process of its own."""

from __future__ import annotations

from typing import Any

from support.command import anchorage
from support.eventually import Eventually
from support.platform import Platform


async def test_status_shows_processes_relays_and_groups_on_one_screen(platform: Platform) -> None:
    ended = await anchorage(platform.folder, "status")
    lines = ended.out.splitlines()
    assert len(lines) <= 40, ended
    assert {"gateway", "checkout", "host_demo"} <= {line.split()[0] for line in lines if line}
    [status] = (await anchorage(platform.folder, "status", "--json")).objects
    assert all(process["ready"] and process["live"] for process in status["processes"])
    assert {relay["service"] for relay in status["relays"] if relay["led"]} >= {
        "catalog",
        "checkout",
        "payment",
    }
    assert {"catalog.hosts", "checkout.mini-programs", "checkout.order-facts"} <= {
        group["group"] for group in status["groups"]
    }


async def test_an_order_has_a_story_from_placing_to_the_ledger(
    platform: Platform, host_app: Any, eventually: Eventually
) -> None:
    shop = host_app.shop("brand")
    token = await host_app.enter(shop)
    _, sku = await host_app.product_on_sale(shop)
    order = await host_app.place(shop, token, sku)

    waiting = await anchorage(platform.folder, "order", order["order_id"])
    assert waiting.code == 0, waiting
    assert "It waits for the buyer, who can pay until" in waiting.out
    await host_app.pay(order)
    await host_app.until(order, token, "paid")

    async def told() -> Any:
        ended = await anchorage(platform.folder, "order", order["order_id"], "--json")
        [story] = ended.objects
        text = "\n".join(moment["text"] for moment in story["moments"])
        assert "posted to the ledger" in text
        assert "the stock is sold" in text
        assert "shared out" in text
        return story

    story = await eventually(told, within=60, what="the whole story")
    assert story["status"] == "paid"
    assert story["waits"] == ["It waits for the owner to send the goods."]
    events = [moment["source"].split()[0] for moment in story["moments"]]
    assert [name for name in events if name.startswith(("Order", "Payment"))] == [
        "OrderPlaced", "OrderConfirmed", "PaymentRequested", "PaymentSettled", "OrderPaid",
    ]  # fmt: skip
    assert [moment["at"] for moment in story["moments"]] == sorted(m["at"] for m in story["moments"])


async def test_an_order_that_nobody_knows_is_one_line(platform: Platform) -> None:
    ended = await anchorage(platform.folder, "order", "demoshop01_ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert ended.code == 1
    assert ended.out == ""
    assert ended.err == (
        "Nobody knows the order demoshop01_ABCDEFGHIJKLMNOPQRSTUVWXYZ: no database and no stream has it.\n"
    )


async def test_the_doctor_finds_nothing_wrong_and_asks_alipay(platform: Platform) -> None:
    ended = await anchorage(platform.folder, "doctor", "--json")
    checks = {check["what"]: check for check in ended.objects}
    assert [check for check in checks.values() if check["result"] == "wrong"] == []
    assert ended.code == 0
    assert checks["default: question to Alipay"]["result"] == "ok"
    assert checks["default: private key"]["found"] == "RSA, 2048 bits"
    assert checks["notify address"]["result"] == "ok"
    assert checks["clock of the gateway"]["result"] == "ok"
    assert checks["Kafka: topics"]["result"] == "ok"
    assert checks["MongoDB: rights"]["result"] == "ok"
