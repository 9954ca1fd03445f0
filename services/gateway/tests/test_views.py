"""What is told of what viewers look at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.app import build_app
from gateway.engagement import CLICK_WAITS_SECONDS
from gateway.settings import Settings


@pytest.fixture
def caller(caller_with_kafka: Any) -> Any:
    """Here events are looked at."""
    return caller_with_kafka


PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"


class TestViews:
    """What is looked at is told, and no page waits for it."""

    async def test_views_are_told_under_the_viewers_pseudonym(self, caller: Any) -> None:
        caller.behind.will_answer(
            "GET", "/v1/videos/v1", {"anchors": [{"anchor_id": "a1"}, {"anchor_id": "a2"}]}
        )
        caller.behind.will_answer("GET", PRODUCT, {})
        session = {"mini_program_id": "wineshop01", "host_user_id": "u1", "entry": {"surface": "search"}}
        caller.behind.will_answer("POST", "/v1/sessions", {"session_token": "t"}, 201)
        known = viewer_pseudonym(caller.settings.viewer_secret, "host-1", "u1")
        await caller.ask("GET", "/v1/videos/v1", headers={"Anchorage-Viewer": "u1"})
        await caller.ask("GET", PRODUCT, headers={"Anchorage-Viewer": "u1"})
        await caller.ask("POST", "/v1/sessions", json=session)
        await caller.ask("GET", PRODUCT, "viewer")
        await caller.ask("GET", PRODUCT)
        events = await caller.events(5)
        told = {(kind.split(".")[1], event["viewer"]) for kind, event, _ in events}
        assert {("VideoAnchorShown", known), ("ProductViewed", known), ("MiniProgramEntered", known)} <= told
        assert ("ProductViewed", "v" * 32) in told, "a session names its viewer itself"
        assert len(told) == 5, "and somebody unknown is filed under the trace"
        [shown] = [event for kind, event, _ in events if "Shown" in kind]
        assert shown["anchor_ids"] == ["a1", "a2"]

    async def test_a_page_that_is_not_there_was_not_viewed(self, caller: Any) -> None:
        await caller.ask("GET", PRODUCT)
        caller.behind.will_answer("GET", PRODUCT, {})
        await caller.ask("GET", PRODUCT, "viewer")
        [(_, event, _)] = await caller.events(1)
        assert event["viewer"] == "v" * 32

    async def test_pages_are_served_while_kafka_is_away(
        self, behind: Any, make_settings: Callable[..., Settings], make_token: Callable[..., str]
    ) -> None:
        behind.will_answer("GET", PRODUCT, {})
        settings = make_settings(behind, kafka="127.0.0.1:1")
        async with build_app(settings).running() as service, aiohttp.ClientSession() as http:
            bearer = {"Authorization": f"Bearer {make_token('host')}"}
            for _ in range(20):
                started = time.monotonic()
                async with http.get(service.url + PRODUCT, headers=bearer) as answer:
                    assert answer.status == 200
                assert time.monotonic() - started < CLICK_WAITS_SECONDS
