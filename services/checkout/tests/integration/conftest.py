"""One running checkout for each module, and a mini program of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from checkout_support.running import CLICK_SECRET, ORDER_SECRET, RunningCheckout

from checkout.app import build_app
from checkout.domain.order import RECEIPT_AFTER
from checkout.settings import Settings
from contracts.topics import TOPICS
from runtime.kafka.topics import ensure_topics
from runtime.service import Service
from support.eventually import Eventually
from support.issuer import Issuer


@pytest_asyncio.fixture(scope="module")
async def running(
    request: pytest.FixtureRequest, kafka_bootstrap: str, mongodb_uri: str, module_prefix: str
) -> AsyncIterator[tuple[Service, Issuer, str]]:
    """The service. A module's `TIME_TO_PAY` (seconds), `REFUND_POLICY`, `RECEIPT_AFTER` and `CONTENT_CHECK_URL` override the settings."""
    await ensure_topics(kafka_bootstrap, module_prefix, TOPICS)
    async with Issuer().serving() as issuer:
        settings = Settings(
            kafka=kafka_bootstrap, mongodb_uri=mongodb_uri, prefix=module_prefix, identity_url=issuer.url,
            click_secret=CLICK_SECRET, order_secret=ORDER_SECRET,
            payment_timeout_seconds=getattr(request.module, "TIME_TO_PAY", 900),
            refund_policy=getattr(request.module, "REFUND_POLICY", "owner"),
            content_check_url=getattr(request.module, "CONTENT_CHECK_URL", ""),
            receipt_after=getattr(request.module, "RECEIPT_AFTER", RECEIPT_AFTER),
        )  # fmt: skip
        async with build_app(settings).running() as service:
            yield service, issuer, module_prefix


@pytest_asyncio.fixture
async def checkout(
    running: tuple[Service, Issuer, str], kafka_bootstrap: str, eventually: Eventually
) -> RunningCheckout:
    service, issuer, prefix = running
    checkout = RunningCheckout(service, issuer, kafka_bootstrap, prefix, eventually)
    await checkout.open_shop()
    return checkout
