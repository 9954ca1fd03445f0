"""The ends of certificates are measured and warned of; they stop nothing."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alipay_sandbox.adapters.key_files import make_key_files
from payment.adapters.alipay import merchant_file
from payment.adapters.alipay.merchant_file import MerchantFile
from payment.adapters.alipay.merchants import Merchant

KEYS = {
    "merchant": "default", "app_id": "2021", "seller_id": "2088000000000001", "gateway_url": "https://a.example",
    "app_private_key_file": "test_private_key.pem", "alipay_public_key_files": ["alipay_public_key.pem"],
}  # fmt: skip
CERTIFIED = {
    "merchant": "certified", "app_id": "2022", "seller_id": "2088000000000002", "gateway_url": "https://a.example",
    "app_private_key_file": "certified_private_key.pem", "app_cert_file": "certified_app_cert.pem",
    "alipay_cert_files": ["alipay_cert.pem"], "alipay_root_cert_file": "alipay_root_cert.pem",
}  # fmt: skip


class Measured:
    """Takes the place of the gauge."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], float] = {}

    def set(self, value: float, *labels: str) -> None:
        self.values[labels] = value


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    measured = Measured()
    monkeypatch.setattr(merchant_file, "days_left", measured)
    return measured


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make_key_files(tmp_path)
    file = tmp_path / "collects.json"
    file.write_text(json.dumps([KEYS, CERTIFIED]), encoding="utf-8")
    return file


def ignore(_: Sequence[Merchant]) -> None:
    """Nobody uses the merchants here."""


def replace(file: Path, content: list[dict[str, object]]) -> None:
    """Put another file in its place, as `mv` does."""
    other = file.with_suffix(".new")
    other.write_text(json.dumps(content), encoding="utf-8")
    other.replace(file)


async def test_an_end_within_thirty_days_is_warned_of_once_a_day(
    file: Path, measured: Measured, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)
    merchants = MerchantFile(file, lambda: now)

    async def warned(later: timedelta) -> list[tuple[str, str]]:
        nonlocal now
        now += later
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            await merchants.look(ignore)
        own = [record for record in caplog.records if record.name == MerchantFile.__module__]
        return [(record.message, record.__dict__["certificate"]) for record in own]

    assert await warned(timedelta(0)) == []
    assert set(measured.values) == {("certified", kind) for kind in ("app", "alipay", "root")}
    soon = [("a certificate expires soon", kind) for kind in ("app", "alipay", "root")]
    assert await warned(timedelta(days=5 * 365 - 20)) == soon
    assert all(19 < days < 21 for days in measured.values.values())
    assert await warned(timedelta(hours=23)) == []
    assert await warned(timedelta(hours=2)) == soon
    assert [text for text, _ in await warned(timedelta(days=20))] == ["a certificate has expired"] * 3
    assert all(days < 0 for days in measured.values.values())
    assert MerchantFile(file, lambda: now).fault is None  # payment starts with it

    replace(file, [KEYS])
    assert await warned(timedelta(days=2)) == []
    assert all(math.isnan(days) for days in measured.values.values())
