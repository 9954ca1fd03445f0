"""Owners create, read, edit and remove webhooks; what is wrong is refused with words."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from webhooks_support.owner import OwnerClient
from webhooks_support.receiver import Receiver, fails

from support.eventually import Eventually

pytestmark = pytest.mark.timeout(120)
ALL = "/v1/owner/webhooks"


async def test_the_secret_is_shown_once(owner: OwnerClient, receiver: Receiver) -> None:
    webhook = await owner.create(receiver.url, "order.paid")
    assert webhook["secret"].startswith("whsec_")
    read = await owner.read(webhook)
    assert "secret" not in read
    assert (read["url"], read["events"], read["enabled"], read["version"]) == (
        receiver.url,
        ["order.paid"],
        True,
        1,
    )
    assert [one["webhook_id"] for one in (await owner.ask("GET", ALL))["items"]] == [webhook["webhook_id"]]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"url": "http://127.1:9000/"}, "url", "cannot be called"),
        ({"url": "http://169.254.169.254/"}, "url", "cannot be called"),
        ({"url": "ftp://example.com/"}, "url", "cannot be called"),
        ({"url": "https://user:pass@example.com/"}, "url", "cannot be called"),
        ({"events": []}, "events", "at least 1"),
        ({"events": ["order.lost"]}, "events[0].literal", "order.paid"),
        ({"events": ["order.paid", "order.paid"]}, "events", "each once"),
        ({"mini_program_ids": ["somebodyelse1"]}, "mini_program_ids", "you have no mini program"),
        ({"secret": "mine"}, "secret", "not permitted"),
    ],
)
async def test_what_is_wrong_is_refused_with_words(
    owner: OwnerClient, body: dict[str, Any], field: str, words: str
) -> None:
    good = {"url": "https://shop.example/hook", "events": ["*"]}
    status, problem, _ = await owner.call("POST", ALL, json=good | body)
    assert status == 422
    assert any(error["field"].startswith(field.split("[")[0]) and words in error["message"] for error in problem["errors"]), problem  # fmt: skip


async def test_another_owners_webhook_is_not_found(owner: OwnerClient, receiver: Receiver) -> None:
    webhook = await owner.create(receiver.url)
    stranger = owner.issuer.headers("owner", owner_id="o" + secrets.token_hex(5), role="admin")
    for method, below in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/secrets"),
        ("POST", "/test"),
        ("GET", "/deliveries"),
        ("GET", "/deliveries/msg_1"),
        ("POST", "/deliveries/msg_1/replay"),
    ):
        status, _, _ = await owner.call(
            method, owner.path(webhook) + below, headers=stranger, json={} if method == "PATCH" else None
        )
        assert status == 404, (method, below)


async def test_a_patch_made_on_another_version_is_refused(owner: OwnerClient, receiver: Receiver) -> None:
    webhook = await owner.create(receiver.url)
    path = owner.path(webhook)
    status, patched, headers = await owner.call(
        "PATCH", path, json={"events": ["order.paid"]}, headers={"If-Match": '"1"'}
    )
    assert (status, patched["version"], headers["ETag"]) == (200, 2, '"2"')
    status, problem, _ = await owner.call("PATCH", path, json={"enabled": False}, headers={"If-Match": '"1"'})
    assert (status, problem["version"]) == (412, 2)
    status, _, _ = await owner.call("DELETE", path, headers={"If-Match": '"1"'})
    assert status == 412


async def test_a_webhook_is_told_only_of_what_it_names(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    await owner.create(receiver.url, "order.paid", "order.shipped")
    order_id = owner.order_id()
    await owner.tell(owner.placed(order_id), owner.paid(order_id), owner.shipped(order_id))
    await eventually(lambda: len(receiver.calls) == 2, within=20)
    assert receiver.types == ["order.paid", "order.shipped"]


async def test_a_payment_right_after_the_webhook_was_made_is_told_although_its_provider_counts_whole_seconds(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    await owner.create(receiver.url)
    await owner.tell(
        owner.paid(owner.order_id(), owner.clock().replace(microsecond=0) - timedelta(seconds=1))
    )
    await eventually(lambda: receiver.types == ["order.paid"], within=20)


async def test_for_a_day_both_secrets_sign(
    owner: OwnerClient, receiver: Receiver, running: Any, eventually: Eventually
) -> None:
    webhook = await owner.create(receiver.url)
    renewed = await owner.ask("POST", f"{owner.path(webhook)}/secrets")
    await owner.tell(owner.placed(owner.order_id()))
    await eventually(lambda: len(receiver.calls) == 1, within=20)
    for secret in (webhook["secret"], renewed["secret"]):
        Webhook(secret).verify(receiver.calls[0].body, dict(receiver.calls[0].headers))
    assert len(receiver.calls[0].headers["webhook-signature"].split()) == 2
    assert renewed["old_secret_ends_at"] == (await owner.read(webhook))["old_secret_ends_at"]


async def test_a_test_event_is_answered_with_what_the_receiver_said(
    owner: OwnerClient, receiver: Receiver
) -> None:
    webhook = await owner.create(receiver.url, "order.paid")
    result = await owner.ask("POST", f"{owner.path(webhook)}/test")
    assert (result["delivered"], result["status"], result["answer"]) == (True, 200, "thank you")
    assert receiver.types == ["webhook.test"]
    Webhook(webhook["secret"]).verify(receiver.calls[0].body, dict(receiver.calls[0].headers))
    receiver.behaviour = fails
    result = await owner.ask("POST", f"{owner.path(webhook)}/test")
    assert (result["delivered"], result["status"], result["answer"]) == (False, 500, "out of order")


async def test_a_deleted_webhook_is_told_nothing_more(
    owner: OwnerClient, receiver: Receiver, eventually: Eventually
) -> None:
    async with Receiver().serving() as other:
        webhook = await owner.create(receiver.url)
        await owner.create(other.url)
        status, _, _ = await owner.call("DELETE", owner.path(webhook))
        assert status == 204
        await owner.tell(owner.placed(owner.order_id()))
        await eventually(lambda: other.calls, within=20)
        assert receiver.calls == []
        assert (await owner.call("GET", owner.path(webhook)))[0] == 404


async def test_the_twenty_first_webhook_is_refused(owner: OwnerClient) -> None:
    for n in range(20):
        await owner.create(f"https://shop{n}.example/hook")
    body = {"url": "https://shop.example/hook", "events": ["*"]}
    status, problem, _ = await owner.call("POST", ALL, json=body)
    assert (status, problem["code"]) == (409, "too_many_webhooks")
