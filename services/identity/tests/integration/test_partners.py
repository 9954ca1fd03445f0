"""Operators register hosts and creators, and suspend them."""

from __future__ import annotations

import jwt
import pytest
from identity_support.operator import Operator

from runtime.web.revocations import REVOCATIONS_PATH
from support.eventually import Eventually

REASONS = {"reasons": [{"message": "The contract has ended."}]}


@pytest.mark.parametrize("kind", ["host", "creator"])
async def test_a_new_one_gets_a_client_that_manages_the_others(operator: Operator, kind: str) -> None:
    ops = await operator.token()
    status, new = await operator.call("POST", f"/v1/ops/{kind}s", ops, json={"name": "WeTalk"})
    assert (status, new["name"]) == (201, "WeTalk")
    token = await operator.token(new["client_id"], new["client_secret"])
    _, page = await operator.call("GET", f"/v1/{kind}/clients", token)
    assert [(client["client_id"], client["role"]) for client in page["items"]] == [
        (new["client_id"], "admin")
    ]
    _, page = await operator.call("GET", f"/v1/ops/{kind}s", ops)
    assert [one["id"] for one in page["items"]] == [new[f"{kind}_id"]]
    one = f"{new[f'{kind}_id']}"
    assert await operator.call("GET", f"/v1/ops/{kind}s/{one}", ops) == (200, page["items"][0])
    other = "creator" if kind == "host" else "host"
    assert (await operator.call("GET", f"/v1/ops/{other}s/{one}", ops))[0] == 404


@pytest.mark.parametrize("kind", ["host", "creator"])
async def test_a_suspended_ones_calls_are_refused_until_it_is_reinstated(
    operator: Operator, kind: str, eventually: Eventually
) -> None:
    ops = await operator.token()
    _, new = await operator.call("POST", f"/v1/ops/{kind}s", ops, json={"name": "WeTalk"})
    token = await operator.token(new["client_id"], new["client_secret"])
    form = {
        "grant_type": "client_credentials", "client_id": new["client_id"], "client_secret": new["client_secret"],
    }  # fmt: skip
    one = f"/v1/ops/{kind}s/{new[f'{kind}_id']}"
    assert (await operator.call("POST", f"{one}/suspension", ops, json=REASONS))[0] == 200

    async def refused() -> bool:
        status, problem = await operator.call("GET", f"/v1/{kind}/clients", token)
        assert (status, problem.get("code")) == (403, f"{kind}_suspended"), problem
        return "An operator of the platform can lift" in problem["detail"]

    await eventually(refused, within=5)
    status, problem = await operator.call("POST", "/v1/token", data=form)
    assert (status, "The contract has ended." in problem["error_description"]) == (401, True)
    assert "operator" in problem["error_description"]
    assert (await operator.call("POST", f"{one}/reinstatement", ops))[0] == 200

    async def accepted() -> bool:
        return (await operator.call("GET", f"/v1/{kind}/clients", token))[0] == 200

    await eventually(accepted, within=5)
    assert (await operator.call("POST", "/v1/token", data=form))[0] == 200


@pytest.mark.parametrize("kind", ["host", "creator"])
async def test_a_process_that_ends_right_after_the_write_has_suspended_the_tokens_too(
    operator: Operator, kind: str
) -> None:
    """The suspended state is all that is stored: what is published of it to the other processes follows from it."""
    ops = await operator.token()
    _, new = await operator.call("POST", f"/v1/ops/{kind}s", ops, json={"name": "WeTalk"})
    partner_id = new[f"{kind}_id"]
    for suspended in (True, False):
        await operator.service.db["partners"].update_one(
            {"_id": partner_id}, {"$set": {"suspended": suspended}}
        )
        _, revoked = await operator.call("GET", REVOCATIONS_PATH)
        assert ((kind, partner_id) in {(one["kind"], one["id"]) for one in revoked["items"]}) is suspended


async def test_an_operator_sets_where_a_hosts_payers_may_return_to(operator: Operator) -> None:
    ops, origins = await operator.token(), ["https://pay.wetalk.example"]
    body = {"name": "WeTalk", "return_origins": origins}
    _, new = await operator.call("POST", "/v1/ops/hosts", ops, json=body)

    async def in_a_token() -> list[str]:
        token = await operator.token(new["client_id"], new["client_secret"])
        claims = jwt.decode(token, options={"verify_signature": False})
        return list(claims.get("return_origins", []))

    assert await in_a_token() == origins
    path = f"/v1/ops/hosts/{new['host_id']}"
    _, renamed = await operator.call("PUT", path, ops, json={"name": "WeTalk 2"})
    assert (renamed["name"], renamed["return_origins"], await in_a_token()) == ("WeTalk 2", origins, origins)
    await operator.call("PUT", path, ops, json={"name": "WeTalk 2", "return_origins": []})
    assert await in_a_token() == []
    for other, wrong in ((path, ["https://a.example/path"]), ("/v1/ops/creators/c-1", origins)):
        status, problem = await operator.call("PUT", other, ops, json={"name": "W", "return_origins": wrong})
        assert (status, problem["code"]) == (422, "invalid_content")


async def test_a_host_is_no_creator(operator: Operator) -> None:
    ops = await operator.token()
    _, new = await operator.call("POST", "/v1/ops/hosts", ops, json={"name": "WeTalk"})
    path = f"/v1/ops/creators/{new['host_id']}/suspension"
    assert (await operator.call("POST", path, ops, json=REASONS))[0] == 404
