"""`anchorage orders --stuck` lists what services named, the longest first, and which services do not check."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchorage_cli import orders
from anchorage_cli.installation import Installation
from runtime.clock import system_clock
from runtime.mongo.client import connect, database
from runtime.mongo.stalled_list import MongoStalledList
from runtime.stalled import Asked, Stalled

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def closing(order_id: str, since: datetime) -> Stalled:
    return Stalled("order", order_id, "closing", since, "payment to close the trade", "Is payment running?")


async def checked(where: Installation, service: str, *asked: Asked, ago: timedelta = timedelta(0)) -> None:
    client = connect(where.mongodb)
    try:
        await MongoStalledList(database(client, where.prefix + service)).replace(asked, system_clock() - ago)
    finally:
        await client.close()


@pytest.fixture
def where(mongodb_uri: str, module_prefix: str) -> Installation:
    return Installation("", mongodb_uri, module_prefix, Path())


async def test_what_was_named_is_listed_longest_first(where: Installation) -> None:
    now = system_clock()
    longer, shorter, only_asked = (closing(f"o{n}", now - timedelta(hours=n)) for n in (3, 2, 1))
    await checked(
        where, "checkout", Asked(shorter, 2, now, named=True), Asked(longer, 2, now, named=True),
        Asked(only_asked, 1, now),
    )  # fmt: skip
    await checked(where, "catalog")
    await checked(where, "payment", ago=timedelta(minutes=6))
    report = await orders.stuck(where)
    assert [stalled.id for stalled in report.stuck] == ["o3", "o2"]
    assert report.not_checking == ["payment"]


def test_the_table_says_what_each_waits_for_and_what_to_do() -> None:
    [head, row, _, title, advice] = orders.table([closing("shop0001_A", NOON)])
    assert head.split() == ["kind", "id", "state", "since", "waits", "for"]
    assert row.split()[:3] == ["order", "shop0001_A", "closing"]
    assert title == "What to do:"
    assert advice.strip() == "payment to close the trade: Is payment running?"


@pytest.mark.parametrize(
    ("report", "code", "says"),
    [
        (orders.Report([], []), 0, "Nothing has stalled."),
        (orders.Report([], ["payment"]), 1, "payment has not checked for 5 minutes"),
        (orders.Report([closing("o1", NOON)], []), 1, "o1"),
    ],
)
def test_the_exit_code_is_1_unless_all_check_and_nothing_has_stalled(
    report: orders.Report,
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def found(_: Installation) -> orders.Report:
        return report

    monkeypatch.setattr(orders, "stuck", found)
    monkeypatch.setattr(orders, "installation", lambda: None)
    assert orders.run(argparse.Namespace(json=False)) == code
    assert says in capsys.readouterr().out
    assert orders.run(argparse.Namespace(json=True)) == code
    [printed] = capsys.readouterr().out.splitlines()
    assert [stalled["id"] for stalled in json.loads(printed)["stuck"]] == [s.id for s in report.stuck]
