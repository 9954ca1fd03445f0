"""Testers are named by the host's user ids, which stay in the gateway."""

from __future__ import annotations

import json

from gateway_support.running import Gateway

from contracts.tokens.pseudonyms import viewer_pseudonym

PATH = "/v1/owner/mini-programs/wineshop01/testers"
ANSWER = {"mini_program_id": "wineshop01", "viewers": [], "version": 1}


async def test_catalog_learns_the_pseudonyms_of_sessions_and_no_user_id(gateway: Gateway) -> None:
    gateway.backend.will_answer("PUT", PATH, ANSWER)
    wanted = {
        "viewers": [
            {"host_id": "host-1", "host_user_id": "lan"},
            {"host_id": "host-2", "host_user_id": "lan"},
        ]
    }
    status, answer, _ = await gateway.call("PUT", PATH, "owner", json=wanted)
    assert (status, answer) == (200, ANSWER)
    secret = gateway.settings.viewer_secret
    assert json.loads(gateway.backend.seen[-1].body) == {
        "viewers": [
            {"host_id": host, "viewer": viewer_pseudonym(secret, host, "lan")}
            for host in ("host-1", "host-2")
        ]
    }


async def test_more_testers_than_fit_are_refused(gateway: Gateway) -> None:
    many = [{"host_id": "host-1", "host_user_id": f"u{n}"} for n in range(101)]
    status, problem, _ = await gateway.call("PUT", PATH, "owner", json={"viewers": many})
    assert (status, problem["errors"][0]["field"]) == (422, "viewers")
