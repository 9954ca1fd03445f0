"""The audit log: every change by a client, readable by operators and, for what their own clients did, by everybody."""

from __future__ import annotations

from typing import Any

from identity_support.operator import Operator

from support.eventually import Eventually

NEW_OWNER = {"name": "Plum Tea", "kind": "brand", "contact": {"name": "Wei", "email": "wei@plum.example"}}


async def entries(operator: Operator, path: str, token: str, **query: str) -> list[dict[str, Any]]:
    """All entries of a list."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        status, page = await operator.call("GET", path, token, params={"limit": "2", **query, **cursor})
        assert status == 200, page
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def owner(operator: Operator) -> tuple[str, str]:
    """A new owner's id, and a token of its first client."""
    status, new = await operator.call("POST", "/v1/owners", json=NEW_OWNER)
    assert status == 201
    return new["owner_id"], await operator.token(new["client_id"], new["client_secret"])


async def test_operators_read_who_changed_what(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    owner_id, _ = await owner(operator)
    call = {"Anchorage-Call": "verify_owner"}
    assert (await operator.call("POST", f"/v1/ops/owners/{owner_id}/approval", ops, headers=call))[0] == 200

    async def found() -> list[dict[str, Any]]:
        return await entries(operator, "/v1/ops/audit", ops, owner_id=owner_id)

    async def both() -> bool:
        return len(await found()) == 2

    await eventually(both)
    entry, _ = await found()
    assert entry["action"] == "verify_owner"
    assert entry["actor"] == {
        "client_id": operator.client_id, "scope": "ops", "subject_id": operator.client_id, "role": "admin",
    }  # fmt: skip
    assert entry["object"] == {"kind": "owner", "id": owner_id}
    assert (entry["before"]["status"], entry["after"]["status"]) == ("applied", "verified")


async def test_an_owners_registration_has_an_entry(operator: Operator, eventually: Eventually) -> None:
    _, new = await operator.call("POST", "/v1/owners", json=NEW_OWNER)
    ops, owner_id = await operator.token(), new["owner_id"]

    async def found() -> list[dict[str, Any]]:
        return await entries(operator, "/v1/ops/audit", ops, owner_id=owner_id)

    await eventually(found)
    [entry] = await found()
    assert entry["action"] == "register_owner"
    assert entry["actor"] == {
        "client_id": new["client_id"], "scope": "owner", "subject_id": owner_id, "role": "admin",
    }  # fmt: skip
    assert entry["object"] == {"kind": "owner", "id": owner_id}
    assert (entry["before"], entry["after"]["status"]) == ({}, "applied")
    assert not any(text in str(entry) for text in ("Wei", "plum.example", new["client_secret"]))


async def test_everybody_reads_what_the_own_clients_did(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    (first_id, first), (_, second) = await owner(operator), await owner(operator)
    for token, name in ((first, "Shelves"), (first, "Till"), (second, "Other")):
        assert (await operator.call("POST", "/v1/owner/clients", token, json={"name": name, "role": "read"}))[
            0
        ] == 201
    assert (await operator.call("POST", f"/v1/ops/owners/{first_id}/approval", ops))[0] == 200

    async def all_four() -> bool:
        return len(await entries(operator, "/v1/ops/audit", ops, owner_id=first_id)) == 4

    await eventually(all_four)
    own = await entries(operator, "/v1/owner/audit", first)
    assert [entry["after"].get("name") for entry in own[:2]] == ["Till", "Shelves"]
    assert [entry["action"] for entry in own[2:]] == ["register_owner"]
    assert {entry["actor"]["subject_id"] for entry in own} == {first_id}


async def test_a_secret_is_never_shown(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    client_id, secret = await operator.client("owner", "owner-7")
    path = f"/v1/ops/clients/{client_id}"
    body = {"name": "New name", "scope": "owner", "subject_id": "owner-7", "client_secret": secret[::-1]}
    assert (await operator.call("PUT", path, ops, json=body))[0] == 200

    async def both() -> bool:
        return len(await entries(operator, "/v1/ops/audit", ops, object=client_id)) == 2

    await eventually(both)
    shown = await entries(operator, "/v1/ops/audit", ops, object=client_id)
    assert [entry["after"]["secret"] for entry in shown] == ["(new)", "(new)"]
    assert not any(text in str(shown) for text in (secret, secret[::-1]))


async def test_no_personal_data_is_shown(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    owner_id, token = await owner(operator)
    again = NEW_OWNER | {"name": "Plum & Co", "contact": {"name": "Lan", "email": "lan@plum.example"}}
    assert (await operator.call("POST", "/v1/owner/applications", token, json=again))[0] == 201

    async def found() -> list[dict[str, Any]]:
        return await entries(operator, "/v1/ops/audit", ops, object=owner_id)

    async def both() -> bool:
        return len(await found()) == 2

    await eventually(both)
    shown = await found()
    assert "Plum & Co" in str(shown)
    assert not any(text in str(shown) for text in ("Lan", "Wei", "plum.example"))


async def test_a_removed_client_is_still_in_the_log(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    _, token = await owner(operator)
    _, added = await operator.call(
        "POST", "/v1/owner/clients", token, json={"name": "Till", "role": "orders"}
    )
    assert (await operator.call("DELETE", f"/v1/owner/clients/{added['client_id']}", token))[0] == 204

    async def both() -> bool:
        return len(await entries(operator, "/v1/ops/audit", ops, object=added["client_id"])) == 2

    await eventually(both)
    newest, _ = await entries(operator, "/v1/ops/audit", ops, object=added["client_id"])
    assert (newest["before"]["name"], newest["after"]) == ("Till", {})


async def test_entries_are_found_by_time_and_by_action(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    call = {"Anchorage-Call": "register_host"}
    _, new = await operator.call("POST", "/v1/ops/hosts", ops, json={"name": "WeTalk"}, headers=call)

    async def found() -> list[dict[str, Any]]:
        return await entries(operator, "/v1/ops/audit", ops, action="register_host", object=new["host_id"])

    await eventually(found)
    [entry] = await found()
    at = entry["at"].replace("+00:00", "Z")
    assert await entries(operator, "/v1/ops/audit", ops, object=new["host_id"], to=at) == []
    assert len(await entries(operator, "/v1/ops/audit", ops, **{"object": new["host_id"], "from": at})) == 1


async def test_a_forged_cursor_is_refused(operator: Operator) -> None:
    status, problem = await operator.call(
        "GET", "/v1/ops/audit", await operator.token(), params={"cursor": "WzFlOTksIngiXQ"}
    )
    assert (status, problem["code"]) == (422, "invalid_cursor")


async def test_an_operators_reasons_are_in_the_entry(operator: Operator, eventually: Eventually) -> None:
    ops = await operator.token()
    owner_id, own = await owner(operator)
    path = f"/v1/ops/owners/{owner_id}"
    why = {"reasons": [{"field": "name", "message": "Counterfeits."}, {"message": "No papers."}]}
    for verdict, body in (("approval", {}), ("suspension", why), ("reinstatement", why)):
        assert (await operator.call("POST", f"{path}/{verdict}", ops, json=body))[0] == 200

    async def found() -> list[dict[str, Any]]:
        return await entries(operator, "/v1/ops/audit", ops, object=owner_id)

    async def all_of_them() -> bool:
        return len(await found()) == 4

    await eventually(all_of_them)
    told = "name: Counterfeits.; No papers."
    assert [entry["reason"] for entry in await found()] == [told, told, None, None]
    assert all(entry["reason"] is None for entry in await entries(operator, "/v1/owner/audit", own))
