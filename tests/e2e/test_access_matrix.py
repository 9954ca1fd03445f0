"""Every call of the table against everybody: owners, hosts, creators and viewers of three worlds, members by role, operators, nobody.

Nothing foreign is readable or changeable, an answer does not tell what exists, and roles hold. A call that is new in the table and
changes an object needs a body in `support/matrix/asking.py`.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.calls import Call
from gateway.table import CALLS
from support.callers import Caller
from support.eventually import eventually
from support.matrix.asking import (
    BODIES,
    CHOSEN,
    REFERENCES,
    TAKEN,
    Asked,
    askings,
    body_of,
    filled,
    like,
    own_ids,
    path_of,
)  # fmt: skip
from support.matrix.parties import ROLES, Founder, Party, World, all_worlds
from support.platform import Platform

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
]

BY_NAME = {call.name: call for call in CALLS}
AT_ONCE = 16
EXCERPT = 400
"""Characters on each side of a foreign text in the words of a failure."""
UNREAD = {"watch_order", "read_limits", "read_own_owner"}
"""A stream; what each call changes; the owner itself, whose texts are no other's."""
DIFFERS_EACH_TIME = {
    "search", "search_store", "suggest", "read_account", "read_share_quota",
    "list_webhooks", "read_webhook", "list_webhook_deliveries",
}  # fmt: skip
"""Results have ids of their own, an account shows what its viewer has just read, a quota is one of the minute, and webhooks
are called again while their receivers are away."""
ACTS_WITHOUT_A_NAME = {"rebuild_search", "settle_day", "reconcile_day"}
"""Operators' calls that act on no object of anybody."""


class Matrix:
    """The parties, and their calls."""

    def __init__(self, worlds: list[World], operators: Party) -> None:
        self.worlds = worlds
        self.operators = operators
        self.parties = [party for world in worlds for party in world.parties]
        self._free = asyncio.Semaphore(AT_ONCE)

    def of(self, call: Call) -> list[Party]:
        """The parties that may make the call, except operators, to whom nothing is foreign."""
        return [party for party in self.parties if party.kind in call.scopes]

    async def ask(self, caller: Caller, call: Call, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and answer."""
        key = {"Idempotency_Key": secrets.token_hex(8)} if call.method != "GET" else {}

        async def admitted() -> tuple[int, Any]:
            """Whoever has no token shares the limit of an address with all others here."""
            status, answer = await caller.call(call.method, path, body, **key)
            assert (status, code_of(answer)) != (429, "rate_limited"), answer
            return status, answer

        while True:
            async with self._free:
                status, answer = await eventually(admitted, 30, call.name)
            if (status, code_of(answer)) != (429, "busy"):  # the others of its streams have ended then
                return status, answer

    async def together(self, checks: Iterable[Awaitable[str | None]]) -> list[str]:
        """What the checks found wrong."""
        return [found for found in await asyncio.gather(*checks) if found]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def matrix(platform: Platform) -> AsyncIterator[Matrix]:
    async with aiohttp.ClientSession() as http:
        ops = await Caller(http, platform.demo["gateway"], None).client(platform.demo["ops"])
        founder = Founder(ops, platform.demo["alipay_sandbox"] + "/sandbox/pay")
        yield Matrix(await all_worlds(founder), await founder.operators())


async def test_a_token_of_the_wrong_kind_hears_which_is_right(matrix: Matrix) -> None:
    example = matrix.worlds[0]
    kinds = {party.kind: party for party in (*example.parties, matrix.operators)}
    nobody = example.host.caller.with_token(None)
    forged = example.host.caller.with_token("e30.e30.e30")

    async def check(call: Call, kind: str, caller: Caller) -> str | None:
        ids = dict.fromkeys(call.parameters, "missing123")
        status, answer = await matrix.ask(caller, call, path_of(call, ids))
        where = f"{call.name} as {kind}: {status} {answer}"
        if kind in ("nobody", "forged"):
            right = {"nobody": (401, "no_token"), "forged": (401, "bad_token")}[kind]
            return None if (status, code_of(answer)) == right else where
        named = all(scope in answer["detail"] for scope in call.scopes) if status == 403 else False
        return None if code_of(answer) == "wrong_scope" and named else where

    callers = {kind: party.caller for kind, party in kinds.items()} | {"nobody": nobody, "forged": forged}
    assert (
        await matrix.together(
            check(call, kind, caller)
            for call in CALLS
            if call.scopes
            for kind, caller in callers.items()
            if kind not in call.scopes
        )
        == []
    )


async def test_roles_hold(matrix: Matrix) -> None:
    example = matrix.worlds[0]
    clients = {party.kind: party for party in (*example.parties, matrix.operators) if party.members}

    async def check(call: Call, party: Party, role: str) -> str | None:
        ids = {name: like(value) for name, value in (own_ids(party, call) or {}).items()}
        ids |= {name: "missing123" for name in call.parameters if name not in ids}
        status, answer = await matrix.ask(party.members[role], call, path_of(call, ids))
        where = f"{call.name} as {party.kind}, {role}: {status} {answer}"
        if role in call.admitted_roles:
            return where if status in (401, 403) or status >= 500 else None
        is_right = (status, code_of(answer)) == (403, "not_your_role")
        return None if is_right and all(one in answer["detail"] for one in call.admitted_roles) else where

    assert (
        await matrix.together(
            check(call, clients[kind], role)
            for call in CALLS
            for kind in call.scopes & clients.keys()
            for role in ROLES
            if not (call.name in ACTS_WITHOUT_A_NAME and role in call.admitted_roles)
        )
        == []
    )


async def test_each_changing_call_is_in_the_matrix() -> None:
    """Its body is right, so that only the object decides on the answer."""
    owned = [call for call in CALLS if call.scopes - {"ops"} and call.parameters and call.method != "GET"]
    assert {call.name for call in owned if call.bodies} == BODIES.keys()


async def test_what_is_foreign_answers_as_what_does_not_exist_and_stays_as_it_is(
    matrix: Matrix,
) -> None:
    before = await everything(matrix)

    async def check(asked: Asked, party: Party, other: Party) -> str | None:
        body = body_of(asked.call, party)
        answers = [
            normal(await matrix.ask(party.caller, asked.call, path_of(asked.call, ids), body), ids)
            for ids in (asked.foreign, asked.missing)
        ]
        if answers[0] == answers[1] and answers[0][0] >= 400:
            return None
        return f"{asked.call.name} by {party.name}: of {other.name} {answers[0]}, of nobody {answers[1]}"

    found = await matrix.together(
        check(asked, party, other)
        for call in CALLS
        if call.parameters
        for party in matrix.of(call)
        for other in matrix.of(call)
        if is_foreign(other, party) and own_ids(other, call) and own_ids(party, call) is not None
        for asked in askings(call, party, other)
    )
    assert found == []
    after = await everything(matrix)
    changed = {asked for asked in before if before[asked] != after[asked]}
    assert {asked for asked in changed if asked[0] not in DIFFERS_EACH_TIME} == set()


async def test_an_id_of_somebody_else_in_a_query_or_body_answers_as_one_of_nothing(matrix: Matrix) -> None:
    async def check(number: int, party: Party, other: Party) -> str | None:
        reference = REFERENCES[number]
        call = BY_NAME[reference.name]
        mine = own_ids(party, call)
        theirs = other.ids.get(reference.parameter)
        if mine is None or theirs is None or theirs == party.ids.get(reference.parameter):
            return None
        answers = []
        for it in (theirs, like(theirs)):
            path = path_of(call, mine) + reference.query.replace(TAKEN, it)
            answer = await matrix.ask(party.caller, call, path, filled(reference.body, party, it))
            answers.append(normal(answer, {"it": it}))
        where = f"{call.name} {reference.parameter} by {party.name}: of {other.name} {answers[0]}, of nobody {answers[1]}"
        return None if answers[0] == answers[1] else where

    found = []
    for number, reference in enumerate(REFERENCES):  # one after the other: carts have versions
        parties = matrix.of(BY_NAME[reference.name])
        for party in parties:
            found += [await check(number, party, other) for other in parties if is_foreign(other, party)]
    assert [one for one in found if one] == []


async def test_an_id_that_somebody_else_chose_is_taken(matrix: Matrix) -> None:
    found = []
    for name, parameter in CHOSEN.items():
        call = BY_NAME[name]
        for party in matrix.of(call):
            mine = own_ids(party, call) or {}
            for other in matrix.of(call):
                if other is party or parameter == "anchor_id":  # an anchor's id is one of its video
                    continue
                path = path_of(call, mine | {parameter: other.ids[parameter]})
                status, answer = await matrix.ask(party.caller, call, path, body_of(call, party))
                if status not in (404, 409):
                    found.append((name, party.name, status, answer))
    assert found == []


async def test_no_answer_shows_anything_foreign(matrix: Matrix) -> None:
    answers = await everything(matrix)
    markers = {party.marker for party in matrix.parties}
    shown = {
        (name, kind, own): text[max(0, text.index(marker) - EXCERPT) : text.index(marker) + EXCERPT]
        for (name, kind, own), text in answers.items()
        for marker in markers
        if marker in text and not is_of(marker, own)
    }
    assert shown == {}


def is_foreign(other: Party, party: Party) -> bool:
    """Whether the other's things are none of the party's: another world's, or those of another viewer."""
    return not is_of(other.marker, party.marker)


def is_of(marker: str, own: str) -> bool:
    """Whether these texts belong to the same world, and not to another viewer of it."""
    return marker.startswith(own) or own.startswith(marker)


async def everything(matrix: Matrix) -> dict[tuple[str, str, str], str]:
    """What each party reads of its own, by call, kind and marker."""
    found: dict[tuple[str, str, str], str] = {}

    async def read(call: Call, party: Party, ids: dict[str, str]) -> None:
        status, answer = await matrix.ask(party.caller, call, path_of(call, ids))
        assert status < 300, (call.name, party.name, status, answer)
        found[call.name, party.kind, party.marker] = text_of(answer)

    await asyncio.gather(
        *(
            read(call, party, ids)
            for call in CALLS
            if call.method == "GET" and call.name not in UNREAD
            for party in matrix.of(call)
            if (ids := own_ids(party, call)) is not None
        )
    )
    return found


def normal(answer: tuple[int, Any], ids: dict[str, str]) -> tuple[int, str]:
    """The answer without the ids that were asked for, and without versions, which each write counts."""
    text = text_of(answer[1])
    for name, value in ids.items():
        text = text.replace(value, name)
    return answer[0], re.sub(r'"version": \d+', "", text)


def text_of(answer: Any) -> str:
    """The JSON, or the text."""
    if isinstance(answer, bytes):
        return answer.decode(errors="replace")
    return json.dumps(answer, ensure_ascii=False, sort_keys=True)


def code_of(answer: Any) -> str:
    """The code of a problem."""
    return str(answer.get("code")) if isinstance(answer, dict) else ""
