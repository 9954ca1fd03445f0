"""Events of what viewers see."""

from __future__ import annotations

import time

import pytest
from gateway_support.access import token
from gateway_support.backend import FakeBackend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway
from gateway_support.samples import PRODUCT

from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.engagement import CLICK_TIMEOUT_SECONDS


@pytest.fixture
def gateway(gateway_with_kafka: Gateway) -> Gateway:
    """These tests read the events."""
    return gateway_with_kafka


class TestViews:
    """Views are published, and no page waits for that."""

    async def test_views_are_published_under_the_viewers_pseudonym(self, gateway: Gateway) -> None:
        gateway.backend.will_answer(
            "GET", "/v1/videos/v1", {"anchors": [{"anchor_id": "a1"}, {"anchor_id": "a2"}]}
        )
        gateway.backend.will_answer("GET", PRODUCT, {})
        session = {"mini_program_id": "wineshop01", "host_user_id": "u1", "entry": {"surface": "search"}}
        gateway.backend.will_answer("POST", "/v1/sessions", {"session_token": "t"}, 201)
        known = viewer_pseudonym(gateway.settings.viewer_secret, "host-1", "u1")
        await gateway.call("GET", "/v1/videos/v1", headers={"Anchorage-Viewer": "u1"})
        await gateway.call("GET", PRODUCT, headers={"Anchorage-Viewer": "u1"})
        await gateway.call("POST", "/v1/sessions", json=session)
        await gateway.call("GET", PRODUCT, "viewer")
        await gateway.call("GET", PRODUCT)
        events = await gateway.events(5)
        published = {(kind.split(".")[1], event["viewer"]) for kind, event, _ in events}
        assert {
            ("VideoAnchorShown", known),
            ("ProductViewed", known),
            ("MiniProgramEntered", known),
        } <= published
        assert ("ProductViewed", "v" * 32) in published, "a session token names its viewer"
        assert len(published) == 5, "and an unknown viewer appears as the trace id"
        [shown] = [event for kind, event, _ in events if "Shown" in kind]
        assert shown["anchor_ids"] == ["a1", "a2"]

    async def test_a_page_that_was_not_found_was_not_viewed(self, gateway: Gateway) -> None:
        await gateway.call("GET", PRODUCT)
        gateway.backend.will_answer("GET", PRODUCT, {})
        await gateway.call("GET", PRODUCT, "viewer")
        [(_, event, _)] = await gateway.events(1)
        assert event["viewer"] == "v" * 32

    async def test_pages_are_served_without_kafka(self, backend: FakeBackend) -> None:
        backend.will_answer("GET", PRODUCT, {})
        bearer = token("host")
        async with running_gateway(backend, kafka=NO_KAFKA) as gateway:
            for _ in range(20):
                started = time.monotonic()
                status, _, _ = await gateway.call("GET", PRODUCT, bearer=bearer)
                assert status == 200
                assert time.monotonic() - started < CLICK_TIMEOUT_SECONDS
