"""Clients, owners, hosts, creators and accounts, and what identity gives to the other services."""

from __future__ import annotations

import secrets
import signal

from contracts.api.limits import LEASES_PATH
from support.failpoints.world import World


async def client_is_put(world: World) -> None:
    client_id, secret = f"client-{secrets.token_hex(5)}", secrets.token_hex(16)
    body = {"name": "Ink", "scope": "owner", "subject_id": "o-1", "client_secret": secret}
    ops = await _operator(world)
    ready = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
    for name in ("Ink", "Ink and paper"):
        await world.call(
            "identity", "PUT", f"/v1/ops/clients/{client_id}", body | {"name": name}, headers=ops
        )
    # as an older version stored it, so that the next token is also a write
    clients = world.db("identity")["clients"]
    stored = await clients.find_one({"_id": client_id})
    assert stored["name"] == "Ink and paper", stored
    await clients.update_one({"_id": client_id}, {"$set": {"secret": stored["secret"][:-1]}})
    grant = await world.call("identity", "POST", "/v1/token", ready)
    assert grant["access_token"]

    async def logged() -> bool:
        page = await world.call("identity", "GET", f"/v1/ops/audit?object={client_id}", headers=ops)
        return bool(page["items"])

    await world.until(logged, "the audit log has the client")


async def client_is_removed(world: World) -> None:
    """A further client gets a new secret and is removed: its tokens are refused, the others' are not."""
    ops = await _operator(world)
    added = await world.call(
        "identity", "POST", "/v1/ops/clients", {"name": "Ink", "role": "admin"}, headers=ops
    )
    path = f"/v1/ops/clients/{added['client_id']}"
    renewed = await world.call("identity", "POST", f"{path}/secrets", {"old_valid_for": 0}, headers=ops)
    ready = {
        "client_id": added["client_id"], "client_secret": renewed["client_secret"], "grant_type": "client_credentials",
    }  # fmt: skip
    grant = await world.call("identity", "POST", "/v1/token", ready)
    own = {"Authorization": f"Bearer {grant['access_token']}"}
    await world.call("identity", "DELETE", path, headers=ops, or_codes={"not_found"})

    async def refused() -> bool:
        answer = await world.call("identity", "GET", "/v1/ops/owners", headers=own, or_codes={"bad_token"})
        assert answer.get("code") == "bad_token", answer
        return True

    await world.until(refused, "the tokens of the removed client are refused")


async def owner_is_decided(world: World) -> None:
    """An owner registers, an operator verifies and suspends it; each is published once."""
    ops, body = await _operator(world), _application()
    owner = await world.call("identity", "POST", "/v1/owners", body)
    path = f"/v1/ops/owners/{owner['owner_id']}"
    reasons = {"reasons": [{"message": "a test"}]}
    await world.call("identity", "POST", f"{path}/approval", headers=ops)
    await world.call("identity", "POST", f"{path}/suspension", reasons, headers=ops)
    entered = f"owner-{secrets.token_hex(5)}"
    await world.call("identity", "PUT", f"/v1/ops/owners/{entered}", _application(), headers=ops)

    async def published() -> bool:
        decided = await world.published("owners", owner_id=owner["owner_id"])
        assert decided[-1:] == ["OwnerSuspended"], decided
        assert await world.published("owners", owner_id=entered) == ["OwnerVerified"]
        return True

    await world.until(published, "the owners' events")


async def owners_of_an_older_version_get_keys(world: World) -> None:
    """A brand that an older version stored is found by its name after the next start, and holds it."""
    ops = await _operator(world)
    owner = await world.call("identity", "POST", "/v1/owners", _application())
    await world.call("identity", "POST", f"/v1/ops/owners/{owner['owner_id']}/approval", headers=ops)
    owners, this = world.db("identity")["owners"], {"_id": owner["owner_id"]}
    stored = await owners.find_one(this)
    made = ("name_key", "name_keys", "key_edition", "brand_key", "shares_name")
    await owners.update_one(this, {"$unset": dict.fromkeys(made, "")})
    await world.restart("identity", signal.SIGTERM)
    after = await owners.find_one(this)
    assert {name: after[name] for name in made} == {name: stored[name] for name in made}


async def host_is_suspended(world: World) -> None:
    """A host is registered, suspended and reinstated."""
    ops, host_id = await _operator(world), f"host-{secrets.token_hex(5)}"
    path = f"/v1/ops/hosts/{host_id}"
    reasons = {"reasons": [{"message": "a test"}]}
    await world.call("identity", "PUT", path, {"name": "WeTalk"}, headers=ops)
    await world.call("identity", "POST", f"{path}/suspension", reasons, headers=ops)
    await world.call("identity", "POST", f"{path}/reinstatement", headers=ops)

    async def published() -> bool:
        changes = await world.published("hosts", host_id=host_id)
        assert changes[-1:] == ["HostChanged"], changes
        return True

    await world.until(published, "the host's events")


async def creator_is_suspended(world: World) -> None:
    """A creator is registered and suspended, and the catalog knows."""
    ops, creator_id = await _operator(world), f"creator-{secrets.token_hex(5)}"
    path = f"/v1/ops/creators/{creator_id}"
    await world.call("identity", "PUT", path, {"name": "Mei"}, headers=ops)
    reasons = {"reasons": [{"message": "a test"}]}
    await world.call("identity", "POST", f"{path}/suspension", reasons, headers=ops)

    async def known() -> bool:
        creator = await world.db("catalog")["creators"].find_one({"_id": creator_id})
        assert (creator or {}).get("state") == "suspended", creator
        return True

    await world.until(known, "the catalog knows that the creator is suspended")


async def account_is_put(world: World) -> None:
    account_id = f"a-{secrets.token_hex(5)}"
    body = {"host_id": "host1", "name": "Mei", "kind": "creator", "creator_id": "c1"}
    ops = await _operator(world)
    views = [
        await world.call("identity", "PUT", f"/v1/ops/accounts/{account_id}", body, headers=ops)
        for _ in range(2)
    ]
    assert views[0] == views[1]

    async def published() -> bool:
        assert len(await world.published("accounts", account_id=account_id)) == 1
        return True

    await world.until(published, "the account's event")


async def limit_is_leased(world: World) -> None:
    """A lease that is asked for again after a crash gives no more than the bucket holds."""
    lease = {"key": secrets.token_hex(8), "size": 1, "wanted": 5}
    given = await world.call("identity", "POST", LEASES_PATH, lease)
    assert given["given"] <= 1


async def first_start(world: World) -> None:
    """Identity without a key makes one, and just one."""
    await world.db("identity")["keys"].delete_many({})
    await world.restart("identity")
    assert await world.db("identity")["keys"].count_documents({}) == 1
    keys = await world.call("identity", "GET", "/.well-known/jwks.json")
    assert len(keys["keys"]) == 1


def _application() -> dict[str, object]:
    contact = {"name": "Li Na", "email": "shop@brand.example"}
    return {"name": f"Brand {secrets.token_hex(4)}", "kind": "brand", "contact": contact}


async def _operator(world: World) -> dict[str, str]:
    """Identity trusts its own tokens only."""
    environment = world.environment["identity"]
    client = {
        "grant_type": "client_credentials",
        "client_id": environment["ANCHORAGE_OPS_CLIENT_ID"],
        "client_secret": environment["ANCHORAGE_OPS_CLIENT_SECRET"],
    }
    grant = await world.call("identity", "POST", "/v1/token", client)
    return {"Authorization": f"Bearer {grant['access_token']}"}


STORIES = (
    client_is_put, client_is_removed, owner_is_decided, owners_of_an_older_version_get_keys, host_is_suspended, creator_is_suspended, account_is_put,
    limit_is_leased, first_start,
)  # fmt: skip
