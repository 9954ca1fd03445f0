"""A running payment service and a running Alipay sandbox, on real Kafka and MongoDB."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiokafka import AIOKafkaConsumer
from payment_support.till import ORDER_SECRET, ShiftedClock, Till, signature

from alipay_sandbox.adapters.key_files import make_key_files
from alipay_sandbox.app import Server
from alipay_sandbox.settings import Settings as SandboxSettings
from anchorage_local.ports import free_port
from contracts.event import Event, parse
from contracts.topics import AUDIT, MINI_PROGRAMS, ORDERS, PAYMENTS, SETTLEMENTS, STOCK
from payment.adapters.alipay.keys import SigningKey, VerifyingKeys
from payment.adapters.alipay.notices import Signed
from payment.app import build_app
from payment.application.ports import PaymentProvider
from payment.settings import Settings
from runtime.kafka.topics import ensure_topics
from support.issuer import Issuer

TOPICS = (AUDIT, ORDERS, PAYMENTS, SETTLEMENTS, MINI_PROGRAMS, STOCK)


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alipay-keys")
    make_key_files(folder)
    return folder


@pytest.fixture
def alipay_keys(key_files: Path) -> dict[str, Signed]:
    keys = VerifyingKeys.read([key_files / "alipay_public_key.pem"])

    async def signed(contents: Sequence[bytes], signature: str, _: str) -> bool:
        return any(keys.verify(content, signature) for content in contents)

    return {"2021000000000001": signed}


@pytest.fixture
def signed_form(key_files: Path) -> dict[str, str]:
    """A short notice, signed by Alipay."""
    form = {
        "app_id": "2021000000000001", "charset": "utf-8", "sign_type": "RSA2", "trade_no": "1", "out_trade_no": "o1",
        "seller_id": "2088000000000001", "trade_status": "TRADE_SUCCESS", "total_amount": "129.00", "subject": "葡萄酒 & +",
        "gmt_payment": "2026-11-22 12:00:00",
    }  # fmt: skip
    key = SigningKey.read(key_files / "alipay_private_key.pem")
    return form | {"sign": signature(key, form)}


def merchants_file(folder: Path, keys: Path, gateway_url: str) -> Path:
    """Writes the settings file with the one merchant that collects in these tests."""
    entry = {
        "merchant": "default",
        "app_id": "2021000000000001",
        "seller_id": "2088000000000001",
        "gateway_url": gateway_url,
        "app_private_key_file": str(keys / "platform_private_key.pem"),
        "alipay_public_key_files": [str(keys / "alipay_public_key.pem")],
    }
    file = folder / "merchants.json"
    file.write_text(json.dumps([entry]), encoding="utf-8")
    return file


@pytest.fixture
def merchants(tmp_path: Path, key_files: Path, sandbox: Server) -> Path:
    """The file that `ANCHORAGE_ALIPAY_MERCHANTS` names."""
    return merchants_file(tmp_path, key_files, f"{sandbox.url}/gateway.do")


@pytest.fixture
def port() -> int:
    """A free port, known before payment starts, because its address is in every link."""
    return free_port()


@pytest.fixture
def options() -> dict[str, Any]:
    """Settings that a test module overrides."""
    return {}


@pytest.fixture
def more_providers() -> dict[str, PaymentProvider]:
    """Providers other than Alipay."""
    return {}


@pytest.fixture
async def sandbox(mongodb_uri: str, prefix: str, key_files: Path) -> AsyncIterator[Server]:
    settings = SandboxSettings(
        mongodb_uri=mongodb_uri, prefix=prefix, alipay_sandbox_port=0, alipay_sandbox_keys=key_files,
        alipay_sandbox_timestamp_skew=timedelta(days=3),  # tests move payment's clock alone
    )  # fmt: skip
    async with Server(settings) as server:
        yield server


@pytest.fixture
async def till(
    kafka_bootstrap: str,
    mongodb_uri: str,
    prefix: str,
    sandbox: Server,
    key_files: Path,
    merchants: Path,
    port: int,
    options: dict[str, Any],
    more_providers: dict[str, PaymentProvider],
) -> AsyncIterator[Till]:
    await ensure_topics(kafka_bootstrap, prefix, TOPICS)
    clock = ShiftedClock()
    async with Issuer().serving() as issuer, aiohttp.ClientSession() as http:
        settings = Settings(
            **{
                "kafka": kafka_bootstrap,
                "mongodb_uri": mongodb_uri,
                "prefix": prefix,
                "port": port,
                "public_url": f"http://127.0.0.1:{port}",
                "identity_url": issuer.url,
                "alipay_merchants": merchants,
                "order_secret": ORDER_SECRET,
                **options,
            }
        )
        async with build_app(settings, more_providers=more_providers, clock=clock).running() as service:
            till = Till(
                service, sandbox.url, http, issuer, prefix, clock,
                SigningKey.read(key_files / "alipay_private_key.pem"),
            )  # fmt: skip
            listening = asyncio.create_task(_listen(kafka_bootstrap, prefix, till.published))
            yield till
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _listen(bootstrap: str, prefix: str, published: list[Event]) -> None:
    consumer = AIOKafkaConsumer(
        prefix + PAYMENTS.name,
        prefix + SETTLEMENTS.name,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    known = set()
    try:
        async for record in consumer:
            headers = dict(record.headers)
            if headers["ce_id"] not in known:  # an event may be published twice
                known.add(headers["ce_id"])
                published.append(parse(headers["ce_type"].decode(), record.value))
    finally:
        await consumer.stop()
