"""The merchants' file changes while payment runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from payment_support.till import Till

from alipay_sandbox.app import Server
from payment.adapters.alipay import merchant_file
from support.eventually import eventually


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merchant_file, "LOOK_SECONDS", 0.05)


@pytest.fixture
def second(sandbox: Server, key_files: Path) -> dict[str, Any]:
    """Another merchant of the sandbox."""
    return {
        "merchant": "second",
        "app_id": "2021000000000002",
        "seller_id": "2088000000000002",
        "gateway_url": f"{sandbox.url}/gateway.do",
        "app_private_key_file": str(key_files / "test_private_key.pem"),
        "alipay_public_key_files": [str(key_files / "alipay_public_key.pem")],
    }


def write(file: Path, *entries: dict[str, Any], cut: int = 0) -> None:
    """Write the merchants' file, `cut` characters short."""
    text = json.dumps(entries)
    file.write_text(text[: len(text) - cut], encoding="utf-8")


def only(file: Path) -> dict[str, Any]:
    """The one merchant of the file."""
    [entry] = json.loads(file.read_text(encoding="utf-8"))
    return dict(entry)


def copy(key: str, to: Path) -> None:
    """Copy a key file."""
    to.write_bytes(Path(key).read_bytes())


async def names(till: Till) -> set[str]:
    """Who can collect, as catalog is told."""
    _, told = await till.call("GET", "/internal/merchants")
    return {item["merchant"] for item in told["items"]}


async def collect(till: Till, *expected: str) -> None:
    """Wait until these can collect."""

    async def so() -> bool:
        return await names(till) == set(expected)

    await eventually(so, 15, f"{expected} collect")


async def test_merchants_come_close_and_go_without_a_restart_and_their_open_trades_go_on(
    till: Till, merchants: Path, second: dict[str, Any]
) -> None:
    default = only(merchants)
    write(merchants, default, second)
    await collect(till, "default", "second")
    first, first_link = await till.open(amount=300, merchant="second")
    later, later_link = await till.open(amount=400, merchant="second")

    write(merchants, default, {**second, "closed": True})
    await collect(till, "default")
    refused = till.placed(amount=500, merchant="second")
    await till.reserve(refused)
    [closed] = await till.wait_for(refused.order_id, "PaymentClosed")
    assert closed.reason == "merchant_unavailable"
    await till.pay(first_link)
    [settled] = await till.wait_for(first.order_id, "PaymentSettled")
    assert settled.collector == "alipay.second"

    write(merchants, default)
    await till.pay(later_link)
    await till.wait_for(later.order_id, "PaymentSettled")
    refund_id = await till.approve_refund(later, 400)
    await till.posted(later.order_id, f"refund:{later.order_id}:{refund_id}")


async def test_a_broken_file_changes_nothing_and_is_named_until_it_is_repaired(
    till: Till, merchants: Path, second: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    default = only(merchants)
    later = merchants.parent / "later.pem"
    new = {**second, "app_private_key_file": "later.pem"}

    async def noted(text: str) -> None:
        async def so() -> bool:
            status, body = await till.call("GET", "/readyz")
            assert status == 200, body
            return text in body.get("notes", {}).get("merchants_file", "")

        await eventually(so, 15, text)

    for entries, cut, text in [
        ([default, new], 0, "later.pem"),
        ([default, second], 9, "JSON"),
        ([second], 0, "'default' is missing"),
        ([default, {**second, "app_cert_file": "app.crt"}], 0, "alipay_public_key_files"),
    ]:
        write(merchants, *entries, cut=cut)
        await noted(text)
        assert await names(till) == {"default"}
    assert "the merchants' file is refused" in caplog.text
    write(merchants, default, new)
    await noted("later.pem")
    copy(second["app_private_key_file"], later)  # the key arrives after the file
    await collect(till, "default", "second")
    _, body = await till.call("GET", "/readyz")
    assert "notes" not in body
