"""An owner's coupons: created, listed, edited, ended."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from typing import Any

import pytest
from checkout_support.running import RunningCheckout

from contracts.api.coupons import MAX_COUPON_STOCK
from runtime.mongo.client import Document


def cny(amount: int) -> Document:
    return {"amount": amount, "currency": "CNY"}


def terms(**changes: Any) -> Document:
    """The body for a coupon of 50 fen off that applies today."""
    body = {
        "code": "Summer", "amount": cny(50), "stock": 10, "starts": "2020-01-01T00:00:00Z",
        "ends": "2099-01-01T00:00:00Z", "per_viewer": 2,
    }  # fmt: skip
    return body | changes


async def call(
    checkout: RunningCheckout, method: str, code: str = "", body: Any = None, **headers: str
) -> tuple[int, Any]:
    """Call as the owner, or with the `role` of one of the owner's clients."""
    sent = checkout.issuer.headers("owner", owner_id="owner1", role=headers.pop("role", "finance"))
    path = f"/v1/owner/mini-programs/{checkout.mini_program_id}/coupons{code if code.startswith('?') or not code else '/' + code}"
    async with checkout.service.http.request(
        method, checkout.service.url + path, json=body, headers={**sent, **headers}
    ) as answer:
        return answer.status, await answer.json() if answer.status != 204 else None


async def create(checkout: RunningCheckout, **changes: Any) -> Document:
    status, coupon = await call(checkout, "POST", body=terms(**changes))
    assert status == 201, coupon
    return dict(coupon)


def fields_of(problem: Document) -> list[str]:
    return [error["field"] for error in problem["errors"]]


async def test_a_coupon_is_created_and_read_by_its_code_in_any_case_and_width(
    checkout: RunningCheckout,
) -> None:
    created = await create(checkout, code=" Ｓummer10 ", minimum=cny(100))
    assert created["code"] == "Summer10"
    assert (created["stock"], created["used"], created["left"], created["version"]) == (10, 0, 10, 1)
    assert (created["amount"], created["percent"], created["minimum"]) == (cny(50), None, cny(100))
    assert await call(checkout, "GET", "SUMMER１0") == (200, created)
    assert (await call(checkout, "GET", "SUMMER11"))[0] == 404


async def test_a_repeated_request_finds_its_coupon_and_another_with_the_code_is_refused(
    checkout: RunningCheckout,
) -> None:
    created = await create(checkout)
    assert await create(checkout) == created
    status, problem = await call(checkout, "POST", body=terms(code="SUMMER", stock=11))
    assert (status, problem["code"]) == (409, "coupon_exists")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": 10}, "percent"),
        ({"amount": None}, "percent"),
        ({"amount": None, "percent": 101}, "percent"),
        ({"amount": cny(0)}, "amount"),
        ({"minimum": 5}, "minimum"),
        ({"stock": MAX_COUPON_STOCK + 1}, "stock"),
        ({"stock": "10"}, "stock"),
        ({"starts": "2026-01-01"}, "starts"),
        ({"ends": "2020-01-01T00:00:00Z"}, "ends"),
        ({"per_viewer": 0}, "per_viewer"),
        ({"code": "two words"}, "code"),
        ({"code": "a／b"}, "code"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_wrong_terms_are_refused_and_named(
    checkout: RunningCheckout, changes: Document, field: str
) -> None:
    status, problem = await call(checkout, "POST", body=terms(**changes))
    assert (status, problem["code"], fields_of(problem)) == (422, "invalid_content", [field])


async def test_a_patch_changes_what_it_names(checkout: RunningCheckout) -> None:
    await create(checkout)
    status, coupon = await call(checkout, "PATCH", "summer", {"amount": None, "percent": 20, "stock": 12})
    assert status == 200
    assert (coupon["amount"], coupon["percent"], coupon["stock"]) == (None, 20, 12)
    assert (coupon["version"], coupon["per_viewer"]) == (2, 2)
    assert await call(checkout, "GET", "summer") == (200, coupon)


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"percent": 5}, "percent"),
        ({"code": "OTHER"}, "code"),
        ({"ends": "2019-01-01T00:00:00Z"}, "ends"),
        ({"used": 5}, "used"),
    ],
)
async def test_a_wrong_patch_changes_nothing(checkout: RunningCheckout, patch: Document, field: str) -> None:
    created = await create(checkout)
    status, problem = await call(checkout, "PATCH", "summer", patch)
    assert (status, fields_of(problem)) == (422, [field])
    assert await call(checkout, "GET", "summer") == (200, created)


async def test_of_simultaneous_edits_of_one_version_one_wins(checkout: RunningCheckout) -> None:
    await create(checkout)
    edits = [call(checkout, "PATCH", "summer", {"stock": 20 + n}, **{"If-Match": '"1"'}) for n in range(10)]
    answers = await asyncio.gather(*edits)
    assert Counter(status for status, _ in answers) == {200: 1, 412: 9}
    status, problem = await call(checkout, "DELETE", "summer", **{"If-Match": '"1"'})
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 2)


async def test_an_unused_coupon_is_removed_and_its_code_is_free_again(checkout: RunningCheckout) -> None:
    await create(checkout)
    assert (await call(checkout, "DELETE", "SUMMER"))[0] == 204
    assert (await call(checkout, "GET", "summer"))[0] == 404
    assert (await call(checkout, "DELETE", "summer"))[0] == 404
    assert (await call(checkout, "PATCH", "summer", {"stock": 1}))[0] == 404
    assert (await call(checkout, "GET"))[1]["items"] == []
    assert (await create(checkout, stock=3))["stock"] == 3


async def test_coupons_are_listed_by_pages_in_the_order_of_their_last_change(
    checkout: RunningCheckout,
) -> None:
    for code in ("a", "b", "c"):
        await create(checkout, code=code)
    _, changed = await call(checkout, "PATCH", "a", {"stock": 20})
    listed, cursor = [], ""
    while cursor is not None:
        path = f"?limit=2{cursor and '&cursor=' + cursor}"
        status, page = await call(checkout, "GET", path)
        assert status == 200, page
        listed += [coupon["code"] for coupon in page["items"]]
        cursor = page["next_cursor"]
    assert listed == ["b", "c", "a"]
    since = "2099-01-01T00:00:00Z"
    assert (await call(checkout, "GET", f"?updated_since={since}"))[1]["items"] == []
    assert changed["version"] == 2


async def test_only_finance_and_admin_write_coupons_and_every_role_reads_them(
    checkout: RunningCheckout,
) -> None:
    await create(checkout)
    for role in ("catalogue", "orders", "read"):
        assert (await call(checkout, "GET", role=role))[0] == 200
        status, problem = await call(checkout, "POST", body=terms(), role=role)
        assert (status, problem["code"]) == (403, "not_your_role")
        assert (await call(checkout, "PATCH", "summer", {"stock": 1}, role=role))[0] == 403
        assert (await call(checkout, "DELETE", "summer", role=role))[0] == 403


async def test_another_owners_coupons_are_not_found(checkout: RunningCheckout) -> None:
    await create(checkout)
    stranger = checkout.issuer.headers("owner", owner_id="owner2")
    url = f"{checkout.service.url}/v1/owner/mini-programs/{checkout.mini_program_id}/coupons"
    for method, path, body in (
        ("GET", "", None),
        ("POST", "", terms(code=secrets.token_hex(4))),
        ("GET", "/summer", None),
        ("PATCH", "/summer", {"stock": 1}),
        ("DELETE", "/summer", None),
    ):
        async with checkout.service.http.request(method, url + path, json=body, headers=stranger) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, "not_found")
