"""Mini programs, products, stock, videos, clients and accounts."""

from __future__ import annotations

import secrets

from contracts.api.limits import LEASES_PATH
from support.failpoints.stories.shop import PRICE, STOCK, TERMS, open_shop
from support.failpoints.world import World


async def shop_opens(world: World) -> None:
    shop = await open_shop(world)
    await shop.until_stock(available=STOCK)
    listed = {"product_id": shop.product_id}
    registered = {"mini_program_id": shop.mini_program_id}

    async def published() -> bool:
        assert await world.told("products", **listed) == ["ProductListed"]
        told = await world.told("mini-programs", **registered)
        assert told == ["MiniProgramRegistered", "MiniProgramPublished"], told
        return True

    await world.until(published, "the shop's events")


async def terms_change(world: World) -> None:
    shop = await open_shop(world)
    changed = TERMS | {"creator_bp": 900}
    await shop.put_live(terms=changed)

    async def reached() -> bool:
        product = await world.db("checkout")["products"].find_one({"_id": shop.product_id})
        assert "'creator_bp': 900" in str(product), product
        told = await world.told("products", product_id=shop.product_id)
        assert told == ["ProductListed", "ProductChanged"], told
        return True

    await world.until(reached, "the product with the new terms in checkout")


async def product_goes(world: World) -> None:
    shop = await open_shop(world)
    await world.call("catalog", "DELETE", shop.product_path, headers=shop.owner)

    async def refused() -> bool:
        assert await world.told("products", product_id=shop.product_id) == [
            "ProductListed",
            "ProductDelisted",
        ]
        body = {"lines": [{"sku_id": shop.sku_id, "quantity": 1}], "address_id": "none"}
        answer = await world.call(
            "checkout", "POST", shop.orders_path, body, headers=shop.buyer, key=secrets.token_hex(8),
            or_codes={"delisted", "unknown_address"},
        )  # fmt: skip
        assert answer["code"] == "delisted"
        return True

    await world.until(refused, "the product is not sold any more")


async def product_is_edited(world: World) -> None:
    shop = await open_shop(world)
    for _ in range(2):
        view = await world.call(
            "catalog", "PATCH", shop.product_path, {"title": "Second"}, headers=shop.owner
        )
        assert view["title"] == "Second"

    async def told() -> bool:
        events = await world.told("products", product_id=shop.product_id)
        assert events == ["ProductListed", "ProductChanged"], events
        return True

    await world.until(told, "the product's change")


async def stock_is_set(world: World) -> None:
    """A change that is repeated with its key is made once; each adjustment that was made is told once."""
    shop = await open_shop(world)
    path, change, key = f"/v1/owner/skus/{shop.sku_id}/stock", {"change": 25 - STOCK}, secrets.token_hex(8)
    for _ in range(2):
        await world.call("catalog", "PUT", path, change, headers=shop.owner, key=key)
    await shop.until_stock(available=25)
    assert (await shop.stock())["adjusted"] == 25 - STOCK

    async def told() -> bool:
        levels = await world.told("stock-levels", sku_id=shop.sku_id, available=25)
        assert levels == ["StockLevelChanged"], levels
        adjusted = await world.told("stock", sku_id=shop.sku_id)
        assert adjusted == ["StockAdjusted"] * 2, adjusted  # in both of its versions
        return True

    await world.until(told, "the new level and its adjustment")


async def video_is_put(world: World) -> None:
    shop, video_id = await open_shop(world), f"v-{secrets.token_hex(5)}"
    body = {
        "host_id": "host1", "title": "Tea", "creator_name": "Mei",
        "anchors": [
            {"anchor_id": "a1", "title": "Tea", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
        ],
    }  # fmt: skip
    creator = world.issuer.headers("creator", creator_id="c1")
    views = [
        await world.call("catalog", "PUT", f"/v1/creator/videos/{video_id}", body, headers=creator)
        for _ in range(2)
    ]
    assert views[0] == views[1]

    async def told() -> bool:
        told = await world.told("videos", video_id=video_id)
        assert told == ["VideoPublished", "VideoAnchorMounted"], told
        return True

    await world.until(told, "the video's event")


async def video_is_edited(world: World) -> None:
    """An anchor's title is changed and approved, and the video deleted; each is told once."""
    shop, video_id = await open_shop(world), f"v-{secrets.token_hex(5)}"
    creator = world.issuer.headers("creator", creator_id="c1")
    path = f"/v1/creator/videos/{video_id}"
    body = {"host_id": "host1", "title": "Tea", "creator_name": "Mei"}
    await world.call("catalog", "PUT", path, body, headers=creator)
    anchor = {"title": "Tea", "mini_program_id": shop.mini_program_id, "product_id": shop.product_id}
    for title in ("Tea", "Best tea"):
        await world.call("catalog", "PUT", f"{path}/anchors/a1", anchor | {"title": title}, headers=creator)
    approval = f"/v1/ops/anchor-titles/{video_id}/a1/approval"
    await world.call("catalog", "POST", approval, headers=shop.ops, or_codes={"wrong_state"})
    own = await world.call("catalog", "GET", path, headers=creator)
    assert own["anchors"][0]["title"] == "Best tea"
    await world.call("catalog", "DELETE", path, headers=creator, or_codes={"not_found"})

    async def told() -> bool:
        events = await world.told("videos", video_id=video_id)
        assert events[-2:] == ["VideoAnchorUnmounted", "VideoRemoved"], events
        return True

    await world.until(told, "the video's events")


async def promotion_is_withdrawn(world: World) -> None:
    """Nobody may promote the shop any more."""
    shop = await open_shop(world)
    path = f"/v1/owner/mini-programs/{shop.mini_program_id}/promotion"
    for _ in range(2):
        await world.call("catalog", "PUT", path, {"who": "nobody"}, headers=shop.owner)

    async def told() -> bool:
        events = await world.told("mini-program-versions", mini_program_id=shop.mini_program_id)
        assert events.count("PromotionChanged") == 1, events
        return True

    await world.until(told, "the promotion's event")


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


async def client_is_put(world: World) -> None:
    client_id, secret = f"client-{secrets.token_hex(5)}", secrets.token_hex(16)
    body = {"name": "Ink", "scope": "owner", "subject_id": "o-1", "client_secret": secret}
    ops = await _operator(world)
    ready = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
    await world.call("identity", "PUT", f"/v1/ops/clients/{client_id}", body, headers=ops)
    # as an older version stored it, so that the next token is also a write
    clients = world.db("identity")["clients"]
    stored = await clients.find_one({"_id": client_id})
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
    """An owner registers, an operator verifies and suspends it; each is told once."""
    ops, body = await _operator(world), _application()
    owner = await world.call("identity", "POST", "/v1/owners", body)
    path = f"/v1/ops/owners/{owner['owner_id']}"
    reasons = {"reasons": [{"message": "a test"}]}
    await world.call("identity", "POST", f"{path}/approval", headers=ops)
    await world.call("identity", "POST", f"{path}/suspension", reasons, headers=ops)
    entered = f"owner-{secrets.token_hex(5)}"
    await world.call("identity", "PUT", f"/v1/ops/owners/{entered}", body, headers=ops)

    async def told() -> bool:
        decided = await world.told("owners", owner_id=owner["owner_id"])
        assert decided[-1:] == ["OwnerSuspended"], decided
        assert await world.told("owners", owner_id=entered) == ["OwnerVerified"]
        return True

    await world.until(told, "the owners' events")


async def host_is_suspended(world: World) -> None:
    """A host is registered, suspended and reinstated."""
    ops, host_id = await _operator(world), f"host-{secrets.token_hex(5)}"
    path = f"/v1/ops/hosts/{host_id}"
    reasons = {"reasons": [{"message": "a test"}]}
    await world.call("identity", "PUT", path, {"name": "WeTalk"}, headers=ops)
    await world.call("identity", "POST", f"{path}/suspension", reasons, headers=ops)
    await world.call("identity", "POST", f"{path}/reinstatement", headers=ops)

    async def told() -> bool:
        changes = await world.told("hosts", host_id=host_id)
        assert changes[-1:] == ["HostChanged"], changes
        return True

    await world.until(told, "the host's events")


def _application() -> dict[str, object]:
    contact = {"name": "Li Na", "email": "shop@brand.example"}
    return {"name": f"Brand {secrets.token_hex(4)}", "kind": "brand", "contact": contact}


async def limit_is_leased(world: World) -> None:
    """A lease that is asked for again after a crash gives no more than the bucket holds."""
    lease = {"key": secrets.token_hex(8), "per_second": 1, "wanted": 5}
    given = await world.call("identity", "POST", LEASES_PATH, lease)
    assert given["given"] <= 1


async def account_is_put(world: World) -> None:
    account_id = f"a-{secrets.token_hex(5)}"
    body = {"host_id": "host1", "name": "Mei", "kind": "creator", "creator_id": "c1"}
    ops = await _operator(world)
    views = [
        await world.call("identity", "PUT", f"/v1/ops/accounts/{account_id}", body, headers=ops)
        for _ in range(2)
    ]
    assert views[0] == views[1]

    async def told() -> bool:
        assert len(await world.told("accounts", account_id=account_id)) == 1
        return True

    await world.until(told, "the account's event")


async def first_start(world: World) -> None:
    """Identity without a key makes one, and just one."""
    await world.db("identity")["keys"].delete_many({})
    await world.restart("identity")
    assert await world.db("identity")["keys"].count_documents({}) == 1
    keys = await world.call("identity", "GET", "/.well-known/jwks.json")
    assert len(keys["keys"]) == 1


async def suspended_shop_sells_again(world: World) -> None:
    shop = await open_shop(world)
    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    await world.call("catalog", "POST", f"{ops}/suspension", {"reason": "a test"}, headers=shop.ops)
    await world.call("catalog", "POST", f"{ops}/reinstatement", headers=shop.ops)

    async def sells() -> bool:
        program = await world.db("checkout")["mini_programs"].find_one({"_id": shop.mini_program_id})
        assert program["version"] == 4, program
        return True

    await world.until(sells, "checkout knows of both changes")
    order = await shop.place()
    assert order["total"]["amount"] == PRICE


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
    shop_opens, terms_change, product_goes, product_is_edited, stock_is_set, video_is_put, client_is_put, account_is_put, first_start,
    suspended_shop_sells_again, limit_is_leased, client_is_removed, owner_is_decided, host_is_suspended,
    video_is_edited, promotion_is_withdrawn, creator_is_suspended,
)  # fmt: skip
