"""Taps and scans."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import jwt
import pytest

from contracts.tokens.clicks import BadClick, read_click
from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.app import build_app
from gateway.engagement import CLICK_WAITS_SECONDS
from gateway.settings import Settings
from runtime import telemetry


@pytest.fixture
def caller(caller_with_kafka: Any) -> Any:
    """Here events are looked at."""
    return caller_with_kafka


PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"
ANCHOR = "/v1/videos/v1/anchors/a1"
TARGET = {
    "target": {
        "mini_program_id": "wineshop01",
        "page": "product",
        "product": {"product_id": "p1"},
        "available": True,
    },
    "product_id": "p1",
    "mini_program_id": "wineshop01",
    "terms_version": 3,
    "creator_id": "creator-1",
}


class Counted:
    """Counts what is added."""

    total = 0

    def add(self, amount: int, attributes: dict[str, str]) -> None:
        self.total += amount


class TestClicks:
    """One call from the tap to the page, with a click that counts for what was tapped."""

    async def test_a_tap_is_answered_with_the_page_and_a_click_for_this_product(self, caller: Any) -> None:
        caller.behind.will_answer("GET", f"{ANCHOR}/target", TARGET)
        status, body, _ = await caller.ask("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        assert (status, body["target"]) == (201, TARGET["target"])
        click = read_click(body["click_id"], caller.settings.click_secret)
        viewer = viewer_pseudonym(caller.settings.viewer_secret, "host-1", "u1")
        assert (click.surface, click.host_id, click.viewer) == ("video_anchor", "host-1", viewer)
        assert (click.video_id, click.anchor_id, click.creator_id) == ("v1", "a1", "creator-1")
        assert (click.mini_program_id, click.product_id, click.terms_version) == ("wineshop01", "p1", 3)
        [(kind, event, headers)] = await caller.events(1)
        assert (kind, headers["ce_source"]) == ("anchorage.VideoAnchorClicked.v1", "/anchorage/gateway")
        assert (event["click_id"], event["viewer"], event["product_id"]) == (body["click_id"], viewer, "p1")
        assert "u1" not in {value for value in event.values() if isinstance(value, str)}

    async def test_a_click_cannot_be_forged_or_moved_to_another_product(self, caller: Any) -> None:
        caller.behind.will_answer("GET", f"{ANCHOR}/target", TARGET)
        _, first, _ = await caller.ask("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        caller.behind.will_answer("GET", f"{ANCHOR}/target", TARGET | {"product_id": "p2"})
        _, second, _ = await caller.ask("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        head, _, proof = first["click_id"].split(".")
        moved = f"{head}.{second['click_id'].split('.')[1]}.{proof}"
        claims = jwt.decode(first["click_id"], options={"verify_signature": False})
        forged = jwt.encode(claims | {"product_id": "p2"}, "guess" * 8, algorithm="HS256")
        for bad in (moved, forged, first["click_id"][:-3]):
            with pytest.raises(BadClick):
                read_click(bad, caller.settings.click_secret)

    async def test_an_anchor_whose_target_is_gone_says_so_and_is_still_a_click(self, caller: Any) -> None:
        gone = {
            "mini_program_id": "wineshop01",
            "page": "product",
            "product": None,
            "available": False,
            "reason": "delisted",
        }
        caller.behind.will_answer("GET", f"{ANCHOR}/target", TARGET | {"target": gone, "terms_version": None})
        status, body, _ = await caller.ask("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        assert (status, body["target"]["available"], body["target"]["reason"]) == (201, False, "delisted")

    async def test_an_unknown_anchor_is_a_404_and_no_event(self, caller: Any) -> None:
        status, _, _ = await caller.ask(
            "POST", "/v1/videos/v1/anchors/nothing/clicks", json={"host_user_id": "u1"}
        )
        assert status == 404
        caller.behind.will_answer("GET", f"{ANCHOR}/target", TARGET)
        await caller.ask("POST", f"{ANCHOR}/clicks", json={"host_user_id": "u1"})
        [(_, event, _)] = await caller.events(1)
        assert event["anchor_id"] == "a1", "the first event is that of the anchor that is there"

    async def test_while_kafka_is_away_a_tap_is_answered_in_time_and_the_loss_is_counted(
        self,
        behind: Any,
        make_settings: Callable[..., Settings],
        make_token: Callable[..., str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        behind.will_answer("GET", f"{ANCHOR}/target", TARGET)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(64)  # takes connections and never answers: worse than one that refuses them
            settings = make_settings(behind, kafka=f"127.0.0.1:{silent.getsockname()[1]}")
            lost = Counted()
            monkeypatch.setattr(telemetry, "events_lost", lost)
            async with build_app(settings).running() as service, aiohttp.ClientSession() as http:
                bearer = {"Authorization": f"Bearer {make_token('host')}"}

                async def tap() -> tuple[int, float]:
                    started = time.monotonic()
                    async with http.post(
                        f"{service.url}{ANCHOR}/clicks", json={"host_user_id": "u1"}, headers=bearer
                    ) as answer:
                        assert read_click((await answer.json())["click_id"], settings.click_secret)
                        return answer.status, time.monotonic() - started

                answers = await asyncio.gather(*(tap() for _ in range(20)))
            assert {status for status, _ in answers} == {201}
            assert max(seconds for _, seconds in answers) < CLICK_WAITS_SECONDS + 0.7
            assert lost.total == 20

    async def test_a_scan_opens_the_product_and_is_a_click_with_its_sharer(self, caller: Any) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "sharer": "o77",
            "host_id": "host-2",
        }
        caller.behind.will_answer("POST", "/v1/scans", code)
        caller.behind.will_answer("GET", f"{PRODUCT}/target", TARGET)
        status, body, _ = await caller.ask(
            "POST", "/v1/scans", json={"text": "abc"}, headers={"Anchorage-Viewer": "u2"}
        )
        assert (status, body["code"], body["target"]) == (200, "abc", TARGET["target"])
        click = read_click(body["click_id"], caller.settings.click_secret)
        assert (click.surface, click.share_code, click.sharer, click.product_id) == (
            "share_code",
            "abc",
            "o77",
            "p1",
        )
        assert click.viewer == viewer_pseudonym(caller.settings.viewer_secret, "host-1", "u2")
        [(kind, event, _)] = await caller.events(1)
        assert (kind, event["sharer"]) == ("anchorage.ShareCodeScanned.v1", "o77")

    @pytest.mark.parametrize(
        ("reason", "instead"),
        [
            ("delisted", {"page": "store", "mini_program_id": "wineshop01"}),
            ("sold_out", {"page": "store", "mini_program_id": "wineshop01"}),
            ("suspended", {"page": "entrance", "mini_program_id": None}),
            ("not_in_this_host", {"page": "entrance", "mini_program_id": None}),
            ("gone", {"page": "entrance", "mini_program_id": None}),
        ],
    )
    async def test_a_code_that_cannot_be_opened_says_why_and_where_to_go_on(
        self, caller: Any, reason: str, instead: dict[str, Any]
    ) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "sharer": "o77",
            "withdrawn": False,
        }
        gone = TARGET["target"] | {"product": None, "available": False, "reason": reason}
        caller.behind.will_answer("POST", "/v1/scans", code)
        caller.behind.will_answer("GET", "/v1/share-codes/abc", code)
        caller.behind.will_answer("GET", f"{PRODUCT}/target", TARGET | {"target": gone})
        status, scanned, _ = await caller.ask("POST", "/v1/scans", json={"text": "abc"})
        assert (status, scanned["target"]) == (200, gone | {"instead": instead})
        _, read, _ = await caller.ask("GET", "/v1/share-codes/abc")
        assert read["target"] == scanned["target"]

    async def test_a_share_code_shows_what_it_opens(self, caller: Any) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "target": None,
            "withdrawn": False,
        }
        caller.behind.will_answer("GET", "/v1/share-codes/abc", code)
        caller.behind.will_answer("GET", f"{PRODUCT}/target", TARGET)
        _, body, _ = await caller.ask("GET", "/v1/share-codes/abc")
        assert body == code | {"target": TARGET["target"]}
        _, body, _ = await caller.ask("GET", "/v1/share-codes/abc", "owner")
        assert body == code, "an owner is in no host and sees its own numbers"
