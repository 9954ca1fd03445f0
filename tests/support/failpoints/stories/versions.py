"""A mini program from its draft to hosts that take, and refuse, its versions."""

from __future__ import annotations

import secrets
from typing import Any

from contracts.identity import OwnerReinstated, OwnerState, OwnerSuspended, OwnerVerified
from support.events import tell
from support.failpoints.stories.shop import program_body
from support.failpoints.world import World

DRAFT = {"name": "Draft", "category": "tea", "categories": [{"category_id": "tea", "name": "Tea"}]}


async def version_goes_live(world: World) -> None:
    name = secrets.token_hex(5)
    owner_id, host_id = f"o-{name}", f"h-{name}"
    owner = world.issuer.headers("owner", owner_id=owner_id)
    host = world.issuer.headers("host", host_id=host_id)
    ops = world.issuer.headers("ops")

    async def call(method: str, path: str, body: Any, headers: dict[str, str], *codes: str) -> Any:
        return await world.call("catalog", method, path, body, headers=headers, or_codes=set(codes))

    await _tell_owner(world, OwnerVerified, owner_id, "verified", 1)
    await call("PUT", "/v1/host/settings", {"accept": "by_hand"}, host)
    wanted = DRAFT | {"requested_hosts": [host_id]}
    program = await call("POST", "/v1/owner/mini-programs", wanted, owner)
    mini_program_id = program["mini_program_id"]
    path = f"/v1/owner/mini-programs/{mini_program_id}"

    async def submit() -> str:
        return str((await call("POST", f"{path}/versions", {"note": "please"}, owner))["version_id"])

    async def bring_live() -> None:
        version_id = await submit()
        await call("POST", f"/v1/ops/reviews/{version_id}/approval", {}, ops)
        await call("POST", f"{path}/versions/{version_id}/release", None, owner)

    await call("POST", f"{path}/versions/{await submit()}/withdrawal", None, owner)
    reasons = {"reasons": [{"field": "name", "message": "too short"}]}
    await call("POST", f"/v1/ops/reviews/{await submit()}/rejection", reasons, ops)
    await bring_live()
    await call("POST", f"/v1/host/mini-programs/{mini_program_id}/acceptance", {}, host, "already_accepted")
    await call("PATCH", path, {"name": "Second"}, owner)
    await bring_live()
    await _until_shown(world, mini_program_id, "Second", [host_id])
    await _tell_owner(world, OwnerSuspended, owner_id, "suspended", 2)
    await _tell_owner(world, OwnerReinstated, owner_id, "verified", 3)
    await call("POST", f"{path}/rollback", None, owner, "nothing_to_roll_back")
    await _until_shown(world, mini_program_id, "Draft", [host_id])
    await call("POST", f"/v1/host/mini-programs/{mini_program_id}/refusal", {}, host)
    await _until_shown(world, mini_program_id, "Draft", [])
    body = program_body() | {"owner_id": owner_id, "name": "Third", "hosts": [host_id]}
    await call("PUT", f"/v1/ops/mini-programs/{mini_program_id}", body, ops)

    async def told() -> bool:
        kept = await world.db("identity")["programs"].find_one({"_id": mini_program_id})
        assert (kept or {}).get("hosts") == [host_id], kept
        events = await world.told("mini-program-versions", mini_program_id=mini_program_id)
        said = [kind for kind in events if kind.startswith("Host")]
        assert said == ["HostAccepted", "HostRefused", "HostAccepted"], events
        assert events.count("VersionReleased") == 4, events
        return True

    await world.until(told, "the versions' events, and the host in identity")


async def _tell_owner(
    world: World, event: type[OwnerState], owner_id: str, status: Any, version: int
) -> None:
    """Identity says what the owner is, and the owner's mini programs are as open as that."""
    told = event(version=version, owner_id=owner_id, name="Ink", kind="brand", status=status)
    await tell(world.kafka, world.prefix, told)
    state = "suspended" if status == "suspended" else "published"

    async def followed() -> bool:
        owner = await world.db("catalog")["owners"].find_one({"_id": owner_id})
        assert (owner or {}).get("version") == version, owner
        programs = await world.db("catalog")["mini_programs"].find({"owner.owner_id": owner_id}).to_list()
        assert {program["state"] for program in programs} <= {state}, programs
        return True

    await world.until(followed, f"the catalog knows that the owner is {status}")


async def _until_shown(world: World, mini_program_id: str, name: str, hosts: list[str]) -> None:
    """Viewers see this name, in these hosts."""

    async def shown() -> bool:
        kept = await world.db("catalog")["mini_programs"].find_one({"_id": mini_program_id})
        assert (kept["name"], kept["hosts"]) == (name, hosts), kept
        return True

    await world.until(shown, f"{name} is shown in {hosts}")


STORIES = (version_goes_live,)
