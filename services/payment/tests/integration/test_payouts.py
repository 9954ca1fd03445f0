"""Payouts are stored with their event, and reported so that it is published at once."""

from __future__ import annotations

from datetime import UTC, datetime

from payment.adapters.mongo_payouts import MongoPayouts
from payment.application.contracts_out import payout_settled
from payment.domain.statements import Statement, Totals
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorded, Recorder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def test_a_new_payout_is_published_at_once_and_a_repeat_is_not(mongodb_uri: str, prefix: str) -> None:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}payment")
    recorded: list[Recorded] = []
    payouts = MongoPayouts(db, Recorder(system_clock, random_id, recorded.append))
    totals = Totals("demoshop01", "owner:demoshop01", earned=9850, reversed=-100, payments=2, refunds=1)
    statement = Statement("2026-11-22", 1, "owner-1", "owner", 0, totals)
    payout = statement.payout(NOW)
    assert payout is not None
    change = Change(payout, [payout_settled(statement, payout)])
    try:
        assert await payouts.insert([change]) == [True]
        assert await payouts.insert([change]) == [False]
        assert await payouts.get(payout.payout_id) == payout
    finally:
        await client.drop_database(db.name)
        await client.close()
    [entry] = [entry for each in recorded for entry in each.entries]
    assert entry["type"].split(".")[1] == "PayoutSettled"
