"""Payment and the sandbox in certificate mode, also after Alipay has renewed its certificate."""

from __future__ import annotations

import json
import logging
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from payment_support.till import Till, signature

from alipay_sandbox.adapters.key_files import make_key_files, renew_alipay
from alipay_sandbox.app import Server
from alipay_sandbox.settings import Settings as SandboxSettings

APP, SELLER = "2021000000000003", "2088000000000003"


@pytest.fixture
def key_files(tmp_path: Path) -> Path:
    """Files of the test's own, because Alipay renews its certificate in some."""
    folder = tmp_path / "alipay-keys"
    make_key_files(folder)
    return folder


@pytest.fixture
def merchants(tmp_path: Path, key_files: Path, sandbox: Server) -> Path:
    entry = {
        "merchant": "default",
        "app_id": APP,
        "seller_id": SELLER,
        "gateway_url": f"{sandbox.url}/gateway.do",
        "app_private_key_file": "alipay-keys/certified_private_key.pem",
        "app_cert_file": "alipay-keys/certified_app_cert.pem",
        "alipay_cert_files": ["alipay.crt"],
        "alipay_root_cert_file": "alipay-keys/alipay_root_cert.pem",
    }
    (tmp_path / "alipay.crt").write_bytes((key_files / "alipay_cert.pem").read_bytes())
    file = tmp_path / "merchants.json"
    file.write_text(json.dumps([entry]), encoding="utf-8")
    return file


async def test_an_order_is_paid_by_notice_and_refunded(till: Till) -> None:
    order, link = await till.open(amount=5000)
    sent = parse_qs(urlsplit(link).query)
    assert len(sent["app_cert_sn"][0]) == len(sent["alipay_root_cert_sn"][0]) == 32
    await till.pay(link)
    await till.wait_for(order.order_id, "PaymentSettled")  # sooner than payment asks by itself
    refund_id = await till.approve_refund(order, 2000)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")


async def test_a_certificate_that_alipay_renewed_is_fetched_for_notices_and_answers(
    till: Till,
    sandbox: Server,
    key_files: Path,
    mongodb_uri: str,
    prefix: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    order, link = await till.open(amount=5000)
    other, other_link = await till.open(amount=700)
    await sandbox.stop()
    renew_alipay(key_files)
    settings = SandboxSettings(
        mongodb_uri=mongodb_uri, prefix=prefix, alipay_sandbox_port=urlsplit(sandbox.url).port or 0,
        alipay_sandbox_keys=key_files, alipay_sandbox_timestamp_skew=timedelta(days=3),
    )  # fmt: skip
    with caplog.at_level(logging.WARNING, "payment.adapters.alipay.gateway"):
        async with Server(settings):
            await till.pay(link)
            await till.wait_for(order.order_id, "PaymentSettled")
            refund_id = await till.approve_refund(order, 2000)
            await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
            await till.pay(other_link)
            await till.wait_for(other.order_id, "PaymentSettled")
    said = [record for record in caplog.records if "new certificate" in record.message]
    assert [record.__dict__["merchant"] for record in said] == ["default"]  # fetched once


async def test_an_altered_notice_is_refused_whatever_certificate_it_names(till: Till) -> None:
    order, _ = await till.open(amount=5000)
    form = till.notice(order, app_id=APP, seller_id=SELLER)
    genuine = {key: value for key, value in form.items() if key != "sign"}
    for named in ({}, {"alipay_cert_sn": secrets.token_hex(16)}, {"alipay_cert_sn": "no number"}):
        altered = {**genuine, **named, "total_amount": "1.00"}
        assert await till.notify({**altered, "sign": form["sign"]}) == "fail"
    assert await till.notify({**genuine, "sign": signature(till.alipay_key, genuine)}) == "success"
