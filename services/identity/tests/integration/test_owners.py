"""Owners apply, and operators decide about them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import aiohttp
import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from identity_support.operator import Operator

from contracts.topics import OWNERS
from identity.adapters.mongo_owners import MongoOwners
from identity.app import build_app
from identity.domain.errors import NameTaken
from identity.domain.owners import Owner
from identity.settings import Settings
from runtime.consuming.records import headers_of
from runtime.outbox.changes import Change
from runtime.web.revocations import REVOCATIONS_PATH
from support.eventually import Eventually

REASONS = {"reasons": [{"field": "name", "message": "Another owner has this name."}]}


def application(name: str = "", kind: str = "brand") -> dict[str, Any]:
    """What an owner applies with."""
    contact = {"name": "Li Na", "email": "shop@brand.example"}
    return {"name": name or f"Brand {secrets.token_hex(4)}", "kind": kind, "contact": contact}


async def registered(operator: Operator, **more: Any) -> tuple[str, str]:
    """A new owner: its id, and a token of its first client."""
    status, owner = await operator.call("POST", "/v1/owners", json=application(**more))
    assert (status, owner["status"]) == (201, "applied"), owner
    return owner["owner_id"], await operator.token(owner["client_id"], owner["client_secret"])


async def decide(
    operator: Operator, owner_id: str, verdict: str, body: Any = None, token: str = ""
) -> tuple[int, Any]:
    """An operator's verdict."""
    bearer = token or await operator.token()
    return await operator.call("POST", f"/v1/ops/owners/{owner_id}/{verdict}", bearer, json=body or {})


async def test_an_owner_registers_by_itself_and_is_verified(operator: Operator) -> None:
    owner_id, token = await registered(operator, name="Wine House", kind="platform")
    _, owner = await operator.call("GET", "/v1/owner", token)
    assert (owner["name"], owner["kind"], owner["status"]) == ("Wine House", "platform", "applied")
    assert (await decide(operator, owner_id, "approval"))[0] == 200
    assert (await decide(operator, owner_id, "approval"))[1]["status"] == "verified"
    assert (await operator.call("GET", "/v1/owner", token))[1]["version"] == owner["version"] + 1


async def test_a_verified_owner_keeps_its_name_until_the_new_one_is_approved(operator: Operator) -> None:
    owner_id, token = await registered(operator, name="Wine House")
    await decide(operator, owner_id, "approval")
    again = application("Grand Cru", "celebrity")
    status, owner = await operator.call("POST", "/v1/owner/applications", token, json=again)
    assert (status, owner["name"], owner["status"]) == (201, "Wine House", "verified")
    assert owner["application"]["name"] == "Grand Cru"
    _, owner = await decide(operator, owner_id, "rejection", REASONS)
    assert (owner["name"], owner["status"], owner["reasons"]) == (
        "Wine House",
        "verified",
        REASONS["reasons"],
    )
    await operator.call("POST", "/v1/owner/applications", token, json=again)
    _, owner = await decide(operator, owner_id, "approval")
    assert (owner["name"], owner["kind"], owner["application"]) == ("Grand Cru", "celebrity", None)


async def test_a_rejected_owner_reads_why_and_applies_again(operator: Operator) -> None:
    owner_id, token = await registered(operator)
    assert (await decide(operator, owner_id, "rejection"))[0] == 422, "a rejection needs a reason"
    await decide(operator, owner_id, "rejection", REASONS)
    _, owner = await operator.call("GET", "/v1/owner", token)
    assert (owner["status"], owner["reasons"]) == ("rejected", REASONS["reasons"])
    _, owner = await operator.call("POST", "/v1/owner/applications", token, json=application("Other"))
    assert (owner["status"], owner["name"], owner["reasons"]) == ("applied", "Other", [])


async def test_a_suspended_owner_reads_why_and_gets_its_status_back(
    operator: Operator, eventually: Eventually
) -> None:
    owner_id, token = await registered(operator)
    await decide(operator, owner_id, "approval")
    await decide(operator, owner_id, "suspension", REASONS)
    _, owner = await operator.call("GET", "/v1/owner", token)
    assert (owner["status"], owner["reasons"]) == ("suspended", REASONS["reasons"])

    async def applies(expected: tuple[int, str | None]) -> bool:
        status, answer = await operator.call("POST", "/v1/owner/applications", token, json=application("B"))
        assert (status, answer.get("code")) == expected, answer
        return True

    await eventually(lambda: applies((403, "owner_suspended")), within=5)
    assert (await operator.call("GET", "/v1/owner", token))[0] == 200
    assert (await decide(operator, owner_id, "approval"))[0] == 409
    assert (await decide(operator, owner_id, "reinstatement"))[1]["status"] == "verified"
    await eventually(lambda: applies((201, None)), within=5)


async def test_the_list_for_the_other_processes_follows_from_the_stored_status(operator: Operator) -> None:
    owner_id, _ = await registered(operator)
    for status in ("suspended", "verified"):
        await operator.service.db["owners"].update_one({"_id": owner_id}, {"$set": {"status": status}})
        _, listed = await operator.call("GET", REVOCATIONS_PATH)
        suspended = {one["id"] for one in listed["items"] if one["kind"] == "owner"}
        assert (owner_id in suspended) is (status == "suspended")


async def test_operators_list_owners_by_status_in_pages(operator: Operator) -> None:
    owners = {(await registered(operator))[0] for _ in range(3)}
    verified = (await registered(operator))[0]
    await decide(operator, verified, "approval")
    token, found, cursor = await operator.token(), [], ""
    for _ in range(len(owners)):
        path = f"/v1/ops/owners?status=applied&limit=1{cursor}"
        _, page = await operator.call("GET", path, token)
        found += [owner["owner_id"] for owner in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(owners)
    assert page["next_cursor"] is None


async def test_an_owner_that_is_not_there_is_404(operator: Operator) -> None:
    for verdict, body in (("approval", None), ("suspension", REASONS)):
        status, problem = await decide(operator, "nobody", verdict, body)
        assert (status, problem["code"]) == (404, "not_found")


async def test_an_owner_decides_nothing_about_itself(operator: Operator) -> None:
    owner_id, token = await registered(operator)
    status, problem = await decide(operator, owner_id, "approval", token=token)
    assert (status, problem["code"]) == (403, "wrong_scope")


async def test_each_change_is_published_once_and_without_contact_data(
    operator: Operator, settings: Settings
) -> None:
    owner_id, _ = await registered(operator)
    await decide(operator, owner_id, "approval")
    await decide(operator, owner_id, "approval")
    await decide(operator, owner_id, "suspension", REASONS)
    consumer = AIOKafkaConsumer(
        settings.topic(OWNERS.name), bootstrap_servers=settings.kafka, auto_offset_reset="earliest"
    )
    async with consumer:
        records = [await consumer.getone() for _ in range(3)]
    events = [orjson.loads(record.value) for record in records]
    assert [event["status"] for event in events] == ["applied", "verified", "suspended"]
    assert [event["version"] for event in events] == [1, 2, 3]
    assert [headers_of(record)["ce_type"].split(".")[1] for record in records] == [
        "OwnerApplied",
        "OwnerVerified",
        "OwnerSuspended",
    ]
    assert not [record for record in records if b"brand.example" in record.value]


async def test_an_operator_enters_an_owner_as_verified(operator: Operator) -> None:
    owner_id, token = f"owner-{secrets.token_hex(4)}", await operator.token()
    path, body = f"/v1/ops/owners/{owner_id}", application("Wine House")
    assert (await operator.call("PUT", path, token, json=body))[0] == 201
    status, owner = await operator.call("PUT", path, token, json=body)
    assert (status, owner["status"], owner["version"]) == (200, "verified", 1)


@pytest.fixture
async def closed(settings: Settings) -> AsyncIterator[Operator]:
    """An identity where nobody registers by himself."""
    service = build_app(settings.model_copy(update={"open_registration": False}))
    async with service.running(), aiohttp.ClientSession() as http:
        yield Operator(service, http, str(settings.ops_client_id), str(settings.ops_client_secret))


async def test_where_registration_is_closed_only_operators_enter_owners(closed: Operator) -> None:
    status, problem = await closed.call("POST", "/v1/owners", json=application())
    assert (status, problem["code"]) == (403, "registration_closed")
    path = f"/v1/ops/owners/owner-{secrets.token_hex(4)}"
    assert (await closed.call("PUT", path, await closed.token(), json=application()))[0] == 201


async def test_operators_read_every_application_with_its_verdict(operator: Operator) -> None:
    owner_id, token = await registered(operator, name="Wine House")
    await decide(operator, owner_id, "rejection", REASONS)
    again = application("Grand Cru", "celebrity") | {"statement": "We hold the mark."}
    assert (await operator.call("POST", "/v1/owner/applications", token, json=again))[0] == 201
    await decide(operator, owner_id, "approval")
    _, owner = await operator.call("GET", f"/v1/ops/owners/{owner_id}", await operator.token())
    assert [(past["name"], past["outcome"]) for past in owner["applications"]] == [
        ("Grand Cru", "approved"),
        ("Wine House", "rejected"),
    ]
    newest, oldest = owner["applications"]
    assert (newest["statement"], oldest["reasons"]) == ("We hold the mark.", REASONS["reasons"])
    moments = [
        datetime.fromisoformat(at)
        for at in (oldest["applied_at"], oldest["decided_at"], newest["applied_at"])
    ]
    assert moments == sorted(moments)


async def test_the_name_of_a_verified_brand_is_flagged_and_verified_again_for_a_reason_only(
    operator: Operator,
) -> None:
    tag = secrets.token_hex(4)
    brand, _ = await registered(operator, name=f"Hillside Tea {tag}")
    await decide(operator, brand, "approval")
    other, _ = await registered(operator, name=f"Ｈillside  tea-{tag}", kind="celebrity")
    status, problem = await decide(operator, other, "approval")
    assert (status, problem["code"]) == (409, "name_taken")
    assert f"the verified brand {brand}" in problem["detail"]
    path = f"/v1/ops/owners/owner-{secrets.token_hex(4)}"
    entered = await operator.call(
        "PUT", path, await operator.token(), json=application(f"HILLSIDE TEA {tag}")
    )
    assert (entered[0], entered[1]["code"]) == (409, "name_taken")
    flags = (await listed(operator))[other]["flags"]
    assert [flag["field"] for flag in flags] == ["name"]
    assert f"the name of the verified brand {brand}" in flags[0]["message"]
    why = {"reasons": [{"message": "A company of the same group."}]}
    assert (await decide(operator, other, "approval", why))[1]["status"] == "verified"
    assert (await decide(operator, other, "approval"))[0] == 200, "a repeat changes nothing"
    assert (await listed(operator))[brand]["flags"], "the operator sees it on both owners"


async def test_a_name_with_a_brands_name_in_it_is_flagged_to_the_operator(operator: Operator) -> None:
    name = f"Nova{secrets.token_hex(4)}"
    brand, token = await registered(operator, name=name)
    await decide(operator, brand, "approval")
    other, _ = await registered(operator, name=f"{name}旗舰店")
    flag = {
        "field": "name",
        "message": f"{name}旗舰店 contains {name}, the name of the verified brand {brand}.",
    }
    assert (await listed(operator))[other]["flags"] == [flag]
    read = await operator.call("GET", f"/v1/ops/owners/{other}", await operator.token())
    assert read[1]["flags"] == [flag]
    assert (await decide(operator, other, "approval"))[0] == 200
    again = application(f"{name}旗舰店")
    await operator.call("POST", "/v1/owner/applications", token, json=again)
    assert [one["field"] for one in (await listed(operator))[brand]["flags"]] == ["application.name"]


async def test_a_suspended_brand_keeps_its_name(operator: Operator) -> None:
    brand, _ = await registered(operator, name=f"Ink {secrets.token_hex(4)}")
    _, owner = await decide(operator, brand, "approval")
    await decide(operator, brand, "suspension", REASONS)
    other, _ = await registered(operator, name=owner["name"])
    assert (await decide(operator, other, "approval"))[1]["code"] == "name_taken"
    assert (await decide(operator, brand, "reinstatement", REASONS))[1]["status"] == "verified"


async def test_of_brands_verified_at_the_same_moment_one_gets_the_name(operator: Operator) -> None:
    tag = secrets.token_hex(4)
    names = (f"Ink {tag}", f"INK-{tag}", f"Ｉnk{tag}", f"ink.{tag}")
    owners = [(await registered(operator, name=name))[0] for name in names]
    token = await operator.token()
    answers = await asyncio.gather(*(decide(operator, one, "approval", token=token) for one in owners))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    lost = {owner: answer for owner, (status, answer) in zip(owners, answers, strict=True) if status == 409}
    assert {answer["code"] for answer in lost.values()} == {"name_taken"}
    assert all("reads or sounds" in answer["detail"] for answer in lost.values())
    listed_now = await listed(operator)
    assert sorted(listed_now[owner]["status"] for owner in owners) == ["applied"] * 3 + ["verified"]
    for owner in lost:  # an operator may let them share it
        status, shared = await decide(operator, owner, "approval", REASONS)
        assert (status, shared["status"]) == (200, "verified")
        assert (await decide(operator, owner, "suspension", REASONS))[0] == 200
        assert (await decide(operator, owner, "reinstatement"))[1]["status"] == "verified"


async def test_the_index_refuses_a_second_brand_that_no_check_has_seen(operator: Operator) -> None:
    """As when the checks of both were made before either was stored."""
    name = f"Ink {secrets.token_hex(4)}"
    (first, _), (second, _) = [await registered(operator, name=name) for _ in range(2)]
    await decide(operator, first, "approval")
    owners, at = MongoOwners(operator.service.db, operator.service.recorder), operator.service.clock()

    def verified(owner: Owner | None, *, shares_name: bool = False) -> Change[Owner]:
        assert owner is not None
        changed = owner.verify(at, shares_name=shares_name)
        assert changed is not None
        return Change(changed[0])

    with pytest.raises(NameTaken):
        await owners.change(second, verified)
    await owners.change(second, lambda owner: verified(owner, shares_name=True))
    stored = operator.service.db["owners"]
    assert "brand_key" not in (await stored.find_one({"_id": second}) or {})
    # two brands of one name that an older version stored: the first holds it, and the second shares it
    await stored.update_many(
        {"_id": {"$in": [first, second]}}, {"$unset": {"shares_name": "", "brand_key": ""}}
    )
    await owners.prepare()
    found = [await stored.find_one({"_id": one}) or {} for one in (first, second)]
    assert {(one["shares_name"], "brand_key" in one) for one in found} == {(False, True), (True, False)}


async def test_an_owner_that_an_older_version_stored_is_found_by_its_name(operator: Operator) -> None:
    brand, _ = await registered(operator, name=f"Ink {secrets.token_hex(4)}")
    _, owner = await decide(operator, brand, "approval")
    stored = operator.service.db["owners"]
    await stored.update_one({"_id": brand}, {"$unset": {"name_key": "", "name_keys": "", "key_edition": ""}})
    await MongoOwners(operator.service.db, operator.service.recorder).prepare()
    other, _ = await registered(operator, name=owner["name"])
    assert (await decide(operator, other, "approval"))[1]["code"] == "name_taken"


async def listed(operator: Operator) -> dict[str, Any]:
    """The owners of the operators' list, by id."""
    found: dict[str, Any] = {}
    cursor = ""
    while True:
        path = f"/v1/ops/owners?limit=100{cursor}"
        _, page = await operator.call("GET", path, await operator.token())
        found |= {owner["owner_id"]: owner for owner in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
