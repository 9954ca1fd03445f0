"""Sessions of viewers."""

from __future__ import annotations

from typing import Any

from identity_support.operator import Operator, PublishProgram, claims_of

from contracts import catalog_versions as contract
from contracts.catalog import MiniProgramRegistered, MiniProgramSuspended
from contracts.tokens.pseudonyms import viewer_pseudonym
from identity.settings import Settings
from support.events import tell
from support.eventually import Eventually


async def test_a_viewer_has_a_different_openid_in_each_mini_program_and_each_host(
    operator: Operator, publish_program: PublishProgram, eventually: Eventually
) -> None:
    hosts = ("host-1", "host-2")
    first, second = await publish_program(hosts=hosts), await publish_program(hosts=hosts)
    tokens = [await operator.token(*await operator.client("host", host)) for host in hosts]

    async def openids() -> set[str] | None:
        answers = [await operator.session(token, program) for token in tokens for program in (first, second)]
        return {body["openid"] for _, body in answers} if all(s == 201 for s, _ in answers) else None

    once = await eventually(openids, what="sessions in both mini programs on both hosts")
    assert once is not None
    assert len(once) == 4
    assert await openids() == once, "the same user keeps the same openid"


async def test_a_session_token_names_viewer_place_and_entry_but_never_the_hosts_user_id(
    operator: Operator, publish_program: PublishProgram, eventually: Eventually
) -> None:
    program = await publish_program()
    token = await operator.token(*await operator.client("host", "host-1"))

    async def opened() -> Any:
        status, body = await operator.session(token, program, "user-with-a-name")
        return body if status == 201 else None

    body = await eventually(opened)
    claims = claims_of(body["session_token"])
    assert claims["scope"] == "viewer"
    assert (claims["host_id"], claims["mini_program_id"]) == ("host-1", program)
    assert (claims["openid"], claims["surface"]) == (body["openid"], "direct")
    assert claims["exp"] - claims["iat"] == body["expires_in"] == 7200
    assert "user-with-a-name" not in repr(claims)


async def test_a_session_carries_the_return_origins_that_its_host_stated(
    operator: Operator, publish_program: PublishProgram, eventually: Eventually
) -> None:
    program, origins = await publish_program(), ["https://host.example", "https://m.host.example:8443"]
    token = await operator.token(*await operator.client("host", "host-1", return_origins=origins))

    async def opened() -> Any:
        status, body = await operator.session(token, program)
        return body if status == 201 else None

    assert claims_of((await eventually(opened))["session_token"])["return_origins"] == origins


async def test_a_mini_program_is_entered_only_where_it_is_published(
    operator: Operator, publish_program: PublishProgram, eventually: Eventually
) -> None:
    program = await publish_program()
    here, elsewhere = [
        await operator.token(*await operator.client("host", host)) for host in ("host-1", "host-9")
    ]

    async def status(token: str, program: str) -> int:
        return (await operator.session(token, program))[0]

    async def is_open() -> bool:
        return await status(here, program) == 201

    await eventually(is_open)
    assert await status(elsewhere, program) == 404
    assert await status(here, "unknown0") == 404
    await publish_program(program, event=MiniProgramSuspended, state="suspended", version=2)

    async def is_closed() -> bool:
        return await status(here, program) == 404

    await eventually(is_closed)
    await publish_program(program, version=1)  # a late repeat of the older version
    marker = await publish_program()

    async def later_one_is_open() -> bool:
        return await status(here, marker) == 201

    await eventually(later_one_is_open)
    assert await operator.service.db["programs"].find_one({"_id": program, "state": "suspended"})


async def test_a_tester_enters_a_mini_program_that_viewers_cannot_enter_yet(
    operator: Operator, publish_program: PublishProgram, settings: Settings, eventually: Eventually
) -> None:
    program = await publish_program(hosts=(), event=MiniProgramRegistered, state="registered")
    token = await operator.token(*await operator.client("host", "host-1"))
    other_host = await operator.token(*await operator.client("host", "host-2"))
    tester = contract.Tester(
        host_id="host-1", viewer=viewer_pseudonym(settings.viewer_secret, "host-1", "a-tester")
    )

    async def name(*testers: contract.Tester, version: int) -> None:
        event = contract.TestersChanged(
            version=version, mini_program_id=program, owner_id="o1", testers=testers
        )
        await tell(settings.kafka, settings.prefix, event)

    async def entered(status: int) -> bool:
        assert (await operator.session(token, program, "a-tester"))[0] == status
        return True

    await name(tester, version=1)
    await eventually(lambda: entered(201), within=20, what="a session of the tester")
    assert (await operator.session(token, program, "somebody"))[0] == 404
    assert (await operator.session(other_host, program, "a-tester"))[0] == 404
    await name(version=2)
    await eventually(lambda: entered(404), within=20, what="no session once it is no tester")
    await name(tester, version=3)
    await eventually(lambda: entered(201), within=20, what="a session again")
    await publish_program(program, version=2, event=MiniProgramSuspended, state="suspended")
    await eventually(lambda: entered(404), within=20, what="no session of a suspended mini program")
