"""Share codes: scans, and what a code opens."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_support.running import Gateway
from gateway_support.samples import PRODUCT, TARGET

from contracts.tokens.clicks import read_click
from contracts.tokens.pseudonyms import viewer_pseudonym


@pytest.fixture
def gateway(gateway_with_kafka: Gateway) -> Gateway:
    """These tests read the events."""
    return gateway_with_kafka


class TestShareCodes:
    """A scan opens the product and is a click; a code that cannot be opened says what to show instead."""

    async def test_a_scan_opens_the_product_and_its_click_names_the_sharer(self, gateway: Gateway) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "sharer": "o77",
            "host_id": "host-2",
        }
        gateway.backend.will_answer("POST", "/v1/scans", code)
        gateway.backend.will_answer("GET", f"{PRODUCT}/target", TARGET)
        status, body, _ = await gateway.call(
            "POST", "/v1/scans", json={"text": "abc"}, headers={"Anchorage-Viewer": "u2"}
        )
        assert (status, body["code"], body["target"]) == (200, "abc", TARGET["target"])
        click = read_click(body["click_id"], gateway.settings.click_secret)
        assert (click.surface, click.share_code, click.sharer, click.product_id) == (
            "share_code",
            "abc",
            "o77",
            "p1",
        )
        assert click.viewer == viewer_pseudonym(gateway.settings.viewer_secret, "host-1", "u2")
        [(kind, event, _)] = await gateway.events(1)
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
    async def test_a_code_that_cannot_be_opened_says_why_and_what_to_show_instead(
        self, gateway: Gateway, reason: str, instead: dict[str, Any]
    ) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "sharer": "o77",
            "withdrawn": False,
        }
        gone = TARGET["target"] | {"product": None, "available": False, "reason": reason}
        gateway.backend.will_answer("POST", "/v1/scans", code)
        gateway.backend.will_answer("GET", "/v1/share-codes/abc", code)
        gateway.backend.will_answer("GET", f"{PRODUCT}/target", TARGET | {"target": gone})
        status, scanned, _ = await gateway.call("POST", "/v1/scans", json={"text": "abc"})
        assert (status, scanned["target"]) == (200, gone | {"instead": instead})
        _, read, _ = await gateway.call("GET", "/v1/share-codes/abc")
        assert read["target"] == scanned["target"]

    async def test_a_share_code_shows_what_it_opens(self, gateway: Gateway) -> None:
        code = {
            "code": "abc",
            "mini_program_id": "wineshop01",
            "product_id": "p1",
            "target": None,
            "withdrawn": False,
        }
        gateway.backend.will_answer("GET", "/v1/share-codes/abc", code)
        gateway.backend.will_answer("GET", f"{PRODUCT}/target", TARGET)
        _, body, _ = await gateway.call("GET", "/v1/share-codes/abc")
        assert body == code | {"target": TARGET["target"]}
        _, body, _ = await gateway.call("GET", "/v1/share-codes/abc", "owner")
        assert body == code, "owners belong to no host: they get no target"
