"""New trades share their writes, and nothing else."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from alipay_sandbox.adapters.mongo_trades import MongoTrades
from alipay_sandbox.domain.deadlines import PayBy
from alipay_sandbox.domain.order import WAP_PAY, Order
from alipay_sandbox.domain.trade import open_trade
from runtime.mongo.client import connect, database
from runtime.mongo.writes import KeyTaken

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORDER = Order(WAP_PAY, "2021000000000002", "2088000000000002", "A1", "rice", 1000, PayBy())


async def test_a_trade_that_cannot_be_stored_keeps_no_other_out(mongodb_uri: str, prefix: str) -> None:
    client = connect(mongodb_uri)
    trades = MongoTrades(database(client, f"{prefix}alipay_sandbox"))
    await trades.prepare()
    first = open_trade(ORDER, "2026112222001", "2088102100000001", AT)
    await trades.insert(first, ())
    same_number = replace(first, order=replace(ORDER, out_trade_no="A2"))
    another = replace(first, order=replace(ORDER, out_trade_no="A3"), trade_no="2026112222003")
    refused, stored = await asyncio.gather(
        trades.insert(same_number, ()), trades.insert(another, ()), return_exceptions=True
    )
    await client.close()
    assert isinstance(refused, KeyTaken)
    assert stored is True
