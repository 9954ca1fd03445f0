"""Taps on anchors."""

from __future__ import annotations

import asyncio
import socket
import time

import jwt
import pytest
from gateway_support.access import token
from gateway_support.backend import FakeBackend
from gateway_support.running import Gateway, running_gateway
from gateway_support.samples import TARGET

from contracts.tokens.clicks import BadClick, read_click
from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.engagement import CLICK_TIMEOUT_SECONDS
from runtime import metrics

ANCHOR = "/v1/videos/v1/anchors/a1"


@pytest.fixture
def gateway(gateway_with_kafka: Gateway) -> Gateway:
    """These tests read the events."""
    return gateway_with_kafka


class Counted:
    """Stands in for a counter."""

    total = 0

    def add(self, amount: int, *values: str) -> None:
        self.total += amount


class TestClicks:
    """One call from the tap to the product page, with a signed click."""

    async def test_a_tap_is_answered_with_the_page_and_a_click_on_this_product(
        self, gateway: Gateway
    ) -> None:
        gateway.backend.will_answer("GET", f"{ANCHOR}/target", TARGET)
        status, body, _ = await gateway.call("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        assert (status, body["target"]) == (201, TARGET["target"])
        click = read_click(body["click_id"], gateway.settings.click_secret)
        viewer = viewer_pseudonym(gateway.settings.viewer_secret, "host-1", "u1")
        assert (click.surface, click.host_id, click.viewer) == ("video_anchor", "host-1", viewer)
        assert (click.video_id, click.anchor_id, click.creator_id) == ("v1", "a1", "creator-1")
        assert (click.mini_program_id, click.product_id, click.terms_version) == ("wineshop01", "p1", 3)
        [(kind, event, headers)] = await gateway.events(1)
        assert (kind, headers["ce_source"]) == ("anchorage.VideoAnchorClicked.v1", "/anchorage/gateway")
        assert (event["click_id"], event["viewer"], event["product_id"]) == (body["click_id"], viewer, "p1")
        assert "u1" not in {value for value in event.values() if isinstance(value, str)}

    async def test_a_click_cannot_be_forged_or_moved_to_another_product(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", f"{ANCHOR}/target", TARGET)
        _, first, _ = await gateway.call("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        gateway.backend.will_answer("GET", f"{ANCHOR}/target", TARGET | {"product_id": "p2"})
        _, second, _ = await gateway.call("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        head, _, proof = first["click_id"].split(".")
        moved = f"{head}.{second['click_id'].split('.')[1]}.{proof}"
        claims = jwt.decode(first["click_id"], options={"verify_signature": False})
        forged = jwt.encode(claims | {"product_id": "p2"}, "guess" * 8, algorithm="HS256")
        for bad in (moved, forged, first["click_id"][:-3]):
            with pytest.raises(BadClick):
                read_click(bad, gateway.settings.click_secret)

    async def test_a_tap_on_an_anchor_of_a_delisted_product_is_still_a_click(self, gateway: Gateway) -> None:
        gone = {
            "mini_program_id": "wineshop01",
            "page": "product",
            "product": None,
            "available": False,
            "reason": "delisted",
        }
        gateway.backend.will_answer(
            "GET", f"{ANCHOR}/target", TARGET | {"target": gone, "terms_version": None}
        )
        status, body, _ = await gateway.call("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        assert (status, body["target"]["available"], body["target"]["reason"]) == (201, False, "delisted")

    async def test_a_tap_on_an_unknown_anchor_is_a_404_and_publishes_nothing(self, gateway: Gateway) -> None:
        status, _, _ = await gateway.call(
            "POST", "/v1/videos/v1/anchors/nothing/clicks", json={"host_user_id": "u1"}
        )
        assert status == 404
        gateway.backend.will_answer("GET", f"{ANCHOR}/target", TARGET)
        await gateway.call("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        [(_, event, _)] = await gateway.events(1)
        assert event["anchor_id"] == "a1", "the first event is of the existing anchor"

    async def test_without_kafka_a_tap_is_answered_in_time_and_the_loss_is_counted(
        self, backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backend.will_answer("GET", f"{ANCHOR}/target", TARGET)
        lost = Counted()
        monkeypatch.setattr(metrics, "events_lost", lost)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(64)  # accepts connections and never answers: worse than refusing them
            async with running_gateway(backend, kafka=f"127.0.0.1:{silent.getsockname()[1]}") as gateway:
                bearer = token("host")

                async def tap() -> tuple[int, float]:
                    started = time.monotonic()
                    status, body, _ = await gateway.call(
                        "POST", f"{ANCHOR}/clicks", bearer=bearer, json={"host_user_id": "u1"}
                    )
                    assert read_click(body["click_id"], gateway.settings.click_secret)
                    return status, time.monotonic() - started

                answers = await asyncio.gather(*(tap() for _ in range(20)))
        assert {status for status, _ in answers} == {201}
        assert max(seconds for _, seconds in answers) < CLICK_TIMEOUT_SECONDS + 5
        assert lost.total == 20
