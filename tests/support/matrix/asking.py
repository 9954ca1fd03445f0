"""How the matrix fills in a call: its path, query and body."""

from __future__ import annotations

import itertools
import random
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.calls import Call
from support.callers import cny
from support.matrix.parties import Party, address_of

RECEIVED = "2026-11-20"
QUERIES = {
    "search": "?q=Tea",
    "suggest": "?q=Te",
    "search_store": "?q=Tea",
    "list_earnings": f"?day={RECEIVED}",
    "return_from_alipay": "?out_trade_no=t1",
    "download_payouts": f"?day={RECEIVED}",
}
"""Of the calls that need a query."""
REASON = {"reason": "It was opened."}
PARCEL = {"carrier": "sf", "tracking_number": "SF999"}
BODIES: Mapping[str, Any] = {
    "renew_owner_secret": {"old_valid_for": 0},
    "renew_host_secret": {"old_valid_for": 0},
    "renew_creator_secret": {"old_valid_for": 0},
    "click_anchor": {"host_user_id": "u1"},
    "place_order": {"lines": [{"sku_id": "{sku_id}", "quantity": 1}], "address": address_of("new")},
    "request_payment": {"product": "page"},
    "request_refund": {"amount": cny(1), "reason": "dent"},
    "add_address": address_of("new"),
    "change_address": address_of("new"),
    "put_delivery_terms": {"flat": cny(1)},
    "review_line": {"sku_id": "{sku_id}", "rating": 1, "text": "Bad."},
    "answer_review": {"text": "Sorry."},
    "put_cart": {"lines": [{"sku_id": "{sku_id}", "quantity": 1}]},
    "quote_order": {"lines": [{"sku_id": "{sku_id}", "quantity": 1}]},
    "share_product": {},
    "put_code_look": {"line_color": "#112233"},
    "change_mini_program": {"slogan": "Cheap"},
    "put_mini_program": {},
    "submit_version": {"note": ""},
    "accept_mini_program": {},
    "refuse_mini_program": {},
    "patch_product": {"title": "Coffee"},
    "put_product": {
        "title": "Coffee", "category_id": "tea", "images": ["https://pictures.example/c.png"],
        "skus": [{"sku_id": "{sku_id}", "price": cny(1)}],
    },
    "adjust_stock": {"available": 1},
    "adjust_stock_of_many": {"items": [{"sku_id": "{sku_id}", "available": 1}]},
    "put_video": {"host_id": "{host_id}", "title": "Mine", "creator_name": "Me"},
    "patch_video": {"title": "Mine"},
    "put_anchor": {"title": "Mine", "mini_program_id": "{mini_program_id}", "product_id": "{product_id}"},
    "put_promotion": {"who": "anyone"},
    "put_testers": {"viewers": []},
    "ship_order": PARCEL,
    "correct_shipment": {"tracking_number": "SF000"},
    "cancel_for_shop": REASON,
    "add_note": {"text": "Note"},
    "refund_order": {"amount": cny(1), "reason": "gift"},
    "approve_refund": {},
    "reject_refund": REASON,
    "create_coupon": {
        "code": "MINE", "amount": cny(1), "stock": 1, "starts": "2020-01-01T00:00:00Z", "ends": "2100-01-01T00:00:00Z",
    },
    "change_coupon": {"stock": 1},
    "patch_webhook": {"events": ["order.paid"]},
    "replay_webhook": {"since": "2020-01-01T00:00:00Z"},
    "create_feed": {"name": "Mine", "format": "csv", "mode": "incremental"},
    "change_feed": {"name": "Mine"},
    "run_feed": {},
}  # fmt: skip
"""A right body for each call that changes an object named in its path; ids in it are those of the caller's own objects."""
CHOSEN = {"put_product": "product_id", "put_video": "video_id", "put_anchor": "anchor_id"}
"""Ids that the caller chooses: one that is taken cannot be taken again, so that its answer differs by nature."""
PUBLIC_IDS = {"read_share_code": "code"}
"""A share code is for whoever has it."""

TAKEN = "{it}"
"""Where a reference stands."""


@dataclass(frozen=True)
class Reference:
    """An id in a query or body that may be somebody else's; `parameter` says of what."""

    name: str
    parameter: str
    query: str = ""
    body: Any = None


LINES = {"lines": [{"sku_id": TAKEN, "quantity": 1}]}
REFERENCES = (
    Reference("place_order", "sku_id", body=LINES | {"address": address_of("new")}),
    Reference(
        "place_order",
        "address_id",
        body={"lines": [{"sku_id": "{sku_id}", "quantity": 1}], "address_id": TAKEN},
    ),
    Reference("quote_order", "sku_id", body=LINES),
    Reference("put_cart", "sku_id", body=LINES),
    Reference(
        "put_cart", "coupon", body={"lines": [{"sku_id": "{sku_id}", "quantity": 1}], "coupon_code": TAKEN}
    ),
    Reference("review_line", "sku_id", body={"sku_id": TAKEN, "rating": 1, "text": "Bad."}),
    Reference("adjust_stock_of_many", "sku_id", body={"items": [{"sku_id": TAKEN, "available": 1}]}),
    Reference(
        "change_mini_program",
        "product_id",
        body={"layout": {"sections": [{"kind": "list", "product_ids": [TAKEN]}]}},
    ),
    Reference(
        "put_anchor",
        "mini_program_id",
        body={"title": "M", "mini_program_id": TAKEN, "product_id": "{product_id}"},
    ),
    Reference(
        "put_anchor",
        "product_id",
        body={"title": "M", "mini_program_id": "{mini_program_id}", "product_id": TAKEN},
    ),
    Reference("find_orders", "mini_program_id", query=f"?mini_program_id={TAKEN}"),
    Reference("find_orders", "order_id", query=f"?q={TAKEN}"),
    Reference("download_orders", "mini_program_id", query=f"?mini_program_id={TAKEN}"),
    Reference("list_owner_reviews", "product_id", query=f"?product_id={TAKEN}"),
    Reference("read_owner_audit", "product_id", query=f"?object_id={TAKEN}"),
    Reference("read_owner_audit", "client_id", query=f"?client_id={TAKEN}"),
    Reference("read_host_audit", "client_id", query=f"?client_id={TAKEN}"),
    Reference("read_creator_audit", "video_id", query=f"?object_id={TAKEN}"),
    Reference("read_store", "product_id", query=f"?product_ids={TAKEN}"),
)


@dataclass(frozen=True)
class Asked:
    """A call with other ids than the caller's: `foreign` names objects of somebody else, `missing` objects of nobody."""

    call: Call
    foreign: dict[str, str]
    missing: dict[str, str]


def id_of(party: Party, call: Call, parameter: str) -> str | None:
    """What this party's path names; a coupon and a share code are both a `code`."""
    return party.ids.get("coupon" if parameter == "code" and "coupon" in call.name else parameter)


def own_ids(party: Party, call: Call) -> dict[str, str] | None:
    """The ids of the party's own objects; None if it has no such object."""
    found = {name: id_of(party, call, name) for name in call.parameters}
    return None if None in found.values() else {k: str(v) for k, v in found.items()}


def askings(call: Call, party: Party, other: Party) -> Iterator[Asked]:
    """Every mix of own and foreign ids with at least one foreign one."""
    mine, theirs = (dict(own_ids(one, call) or {}) for one in (party, other))
    skipped = {CHOSEN.get(call.name), PUBLIC_IDS.get(call.name)}
    differ = [name for name in theirs if theirs[name] != mine.get(name) and name not in skipped]
    for count in range(1, len(differ) + 1):
        for names in itertools.combinations(differ, count):
            rest = {name: mine.get(name, theirs[name]) for name in theirs if name not in names}
            foreign = rest | {name: theirs[name] for name in names}
            yield Asked(call, foreign, rest | _missing({name: theirs[name] for name in names}))


def _missing(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of nothing instead of these; those that begin with the mini program's begin with the other one's."""
    program = ids.get("mini_program_id", "")
    other = like(program)
    parts = {name: value.removeprefix(program) for name, value in ids.items()}
    return {name: (other if part != ids[name] else "") + like(part) for name, part in parts.items()}


def like(known: str) -> str:
    """An id of the same form, of nothing."""
    classes = (string.digits, string.ascii_lowercase, string.ascii_uppercase)

    def other(letter: str) -> str:
        return next((random.choice(one) for one in classes if letter in one), letter)

    return "".join(map(other, known))


def path_of(call: Call, ids: Mapping[str, str]) -> str:
    """The path with these ids, and the query that the call needs."""
    return call.documented_path.format(**ids) + QUERIES.get(call.name, "")


def body_of(call: Call, party: Party) -> Any:
    """The body of the table with the party's own ids in it."""
    return filled(BODIES.get(call.name), party)


def filled(body: Any, party: Party, it: str = "") -> Any:
    """A body with the party's ids in the place of their names, and `it` as the reference."""
    if isinstance(body, dict):
        return {name: filled(value, party, it) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, party, it) for value in body]
    if body == TAKEN:
        return it
    if isinstance(body, str) and (found := re.fullmatch(r"\{(\w+)\}", body)):
        return party.ids.get(found[1], "none")
    return body
