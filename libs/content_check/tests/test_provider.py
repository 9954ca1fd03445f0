"""A check by a provider over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from content_check.provider import MAX_ANSWER, UNCHECKED, HttpProvider
from content_check.verdicts import Finding, Verdict

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Provider:
    """Answers what a test sets."""

    url = ""
    status = 200
    answer: Any = None
    asked: Any = None

    async def handle(self, request: web.Request) -> web.Response:
        self.asked = await request.json()
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    one, app = Provider(), web.Application()
    app.router.add_post("/check", one.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = "http://{}:{}/check".format(*runner.addresses[0][:2])
    yield one
    await runner.cleanup()


async def verdict_of(url: str) -> Verdict:
    async with aiohttp.ClientSession() as session:
        return await HttpProvider(url, lambda: session, lambda: AT).check({"name": "Wine"})


async def test_the_verdict_is_the_providers_with_its_model(provider: Provider) -> None:
    provider.answer = {"status": "refused", "model": "m-7", "findings": [{"field": "name", "message": "no"}]}
    assert await verdict_of(provider.url) == Verdict("refused", "m-7", AT, (Finding("name", "no"),))
    assert provider.asked == {"texts": {"name": "Wine"}}


@pytest.mark.parametrize("answer", [{}, [], {"status": "fine", "model": "m"}, {"status": "passed"}])
async def test_an_answer_that_is_no_verdict_needs_review(provider: Provider, answer: Any) -> None:
    provider.answer = answer
    assert await verdict_of(provider.url) == Verdict("needs_review", UNCHECKED, AT)


async def test_a_provider_that_fails_or_is_away_needs_review(provider: Provider) -> None:
    provider.answer, provider.status = {"status": "passed", "model": "m"}, 500
    assert (await verdict_of(provider.url)).status == "needs_review"
    assert (await verdict_of("http://127.0.0.1:1/check")).status == "needs_review"


async def test_a_long_answer_is_read_to_its_end(provider: Provider) -> None:
    provider.answer = {"status": "passed", "model": "m", "comment": "x" * (MAX_ANSWER - 100)}
    assert (await verdict_of(provider.url)).status == "passed"


async def test_an_answer_above_the_limit_needs_review(provider: Provider) -> None:
    provider.answer = {"status": "passed", "model": "m", "comment": "x" * MAX_ANSWER}
    assert await verdict_of(provider.url) == Verdict("needs_review", UNCHECKED, AT)
