"""A mini program from its draft to hosts that take, and refuse, its versions."""

from __future__ import annotations

import secrets
import signal
from typing import Any

from contracts.identity import HostRegistered, OwnerReinstated, OwnerState, OwnerSuspended, OwnerVerified
from support.events import tell
from support.failpoints.stories.shop import open_shop, product_body, program_body
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
    await _tell_host(world, host_id)
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

    async def published() -> bool:
        kept = await world.db("identity")["programs"].find_one({"_id": mini_program_id})
        assert (kept or {}).get("hosts") == [host_id], kept
        events = await world.published("mini-program-versions", mini_program_id=mini_program_id)
        said = [kind for kind in events if kind.startswith("Host")]
        assert said == ["HostAccepted", "HostRefused", "HostAccepted"], events
        assert events.count("VersionReleased") == 4, events
        return True

    await world.until(published, "the versions' events, and the host in identity")


async def _tell_host(world: World, host_id: str) -> None:
    await tell(world.kafka, world.prefix, HostRegistered(version=1, host_id=host_id, name="Host"))

    async def known() -> bool:
        assert await world.db("catalog")["hosts"].find_one({"_id": host_id}) is not None
        return True

    await world.until(known, "the catalog knows the host")


async def _tell_owner(
    world: World, event: type[OwnerState], owner_id: str, status: Any, version: int
) -> None:
    """Identity says what the owner is, and the owner's mini programs are as open as that."""
    published = event(version=version, owner_id=owner_id, name="Ink", kind="platform", status=status)
    await tell(world.kafka, world.prefix, published)
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


async def names_of_an_older_version_get_keys(world: World) -> None:
    """What an older version of catalog stored, a mini program, an owner and a creator, is found by its names after the next start."""
    shop = await open_shop(world)
    owner_id = f"owner_{secrets.token_hex(4)}"
    programs, owners = world.db("catalog")["mini_programs"], world.db("catalog")["owners"]
    await programs.update_one(
        {"_id": shop.mini_program_id}, {"$unset": {"name_keys": "", "key_edition": "", "changed_at": ""}}
    )
    await _tell_owner(world, OwnerVerified, owner_id, "verified", 1)
    owner = await owners.find_one({"_id": owner_id})
    assert owner is not None
    await owners.update_one({"_id": owner["_id"]}, {"$unset": {"name_key": "", "key_edition": ""}})
    creators = world.db("catalog")["creators"]
    await creators.insert_one({"_id": f"creator_{owner_id}", "name": "Mei", "state": "active", "version": 1})
    await world.restart("catalog", signal.SIGTERM)
    stored = await programs.find_one({"_id": shop.mini_program_id})
    assert stored["name_keys"]
    assert stored["changed_at"] == stored["created_at"]
    assert await owners.find_one({"_id": owner["_id"]}) == owner
    creator = await creators.find_one({"_id": f"creator_{owner_id}"})
    assert creator is not None
    assert creator["name_key"]


async def testers_are_named(world: World) -> None:
    """An owner names a tester, who may enter from then on."""
    shop = await open_shop(world)
    tester = {"host_id": "host1", "viewer": secrets.token_hex(16)}
    path = f"{shop.program_path}/testers"
    for _ in range(2):
        await world.call("catalog", "PUT", path, {"viewers": [tester]}, headers=shop.owner)

    async def published() -> bool:
        kept = await world.db("identity")["testers"].find_one({"_id": shop.mini_program_id})
        assert (kept or {}).get("viewers") == [tester], kept
        events = await world.published("mini-program-versions", mini_program_id=shop.mini_program_id)
        assert events.count("TestersChanged") == 1, events
        return True

    await world.until(published, "identity knows the tester")


async def settings_of_an_older_version_get_versions(world: World) -> None:
    """What a host has set with an older version of catalog can be changed after the next start."""
    host_id = f"h-{secrets.token_hex(5)}"
    settings = world.db("catalog")["host_settings"]
    await settings.insert_one({"_id": host_id, "accepts_all": False})
    await world.restart("catalog", signal.SIGTERM)
    assert await settings.find_one({"_id": host_id}) == {"_id": host_id, "accepts_all": False, "version": 1}


async def changes_are_listed(world: World) -> None:
    """An owner lists all products by their last change, one on a page, and begins again when the listing is gone."""
    shop = await open_shop(world)
    other = f"{shop.product_id}-2"
    path = f"{shop.program_path}/products"
    await world.call(
        "catalog", "PUT", f"{path}/{other}", product_body(f"{shop.sku_id}-2"), headers=shop.owner
    )
    listing = f"{path}?updated_since=2020-01-01T00:00:00Z&limit=1"

    async def listed() -> bool:
        first = await world.call("catalog", "GET", listing, headers=shop.owner)
        second = await world.call(
            "catalog", "GET", f"{listing}&cursor={first['next_cursor']}", headers=shop.owner
        )
        ids = [one["product_id"] for page in (first, second) for one in page["items"]]
        assert (ids, second["next_cursor"]) == ([shop.product_id, other], None)
        return True

    await world.until(listed, "both products are listed")


STORIES = (
    version_goes_live,
    testers_are_named,
    changes_are_listed,
    names_of_an_older_version_get_keys,
    settings_of_an_older_version_get_versions,
)
