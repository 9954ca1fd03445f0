"""Which events a webhook gets, and which secrets sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from webhooks.domain.owner_event import OwnerEvent
from webhooks.domain.webhook import BY_OWNER, OVERLAP, Secret, Terms, Webhook

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVENT = OwnerEvent(
    "msg_1", "o1", "mp000001", "order.paid", NOW - timedelta(seconds=1), b"{}", NOW, "mp000001_A"
)
WEBHOOK = Webhook("wh_1", "o1", Terms("https://a.example", ("order.paid",)), (Secret("whsec_1"),), NOW)


@pytest.mark.parametrize(
    ("webhook", "gets"),
    [
        (WEBHOOK, True),
        (replace(WEBHOOK, created_at=NOW + timedelta(seconds=1)), False),
        (replace(WEBHOOK, removed=True), False),
        (replace(WEBHOOK, terms=replace(WEBHOOK.terms, enabled=False)), False),
        (replace(WEBHOOK, terms=replace(WEBHOOK.terms, events=("*",))), True),
        (replace(WEBHOOK, terms=replace(WEBHOOK.terms, events=("order.placed",))), False),
        (replace(WEBHOOK, terms=replace(WEBHOOK.terms, mini_program_ids=("mp000001",))), True),
        (replace(WEBHOOK, terms=replace(WEBHOOK.terms, mini_program_ids=("mp000002",))), False),
    ],
)
def test_a_webhook_gets_what_it_names_from_its_creation_on(webhook: Webhook, gets: bool) -> None:
    assert webhook.gets(EVENT) is gets


def test_the_secret_before_the_present_one_signs_for_a_day() -> None:
    renewed = WEBHOOK.with_secret("whsec_2", NOW)
    assert renewed.live_secrets(NOW + OVERLAP - timedelta(seconds=1)) == ["whsec_2", "whsec_1"]
    assert renewed.live_secrets(NOW + OVERLAP) == ["whsec_2"]
    assert renewed.old_secret_ends_at(NOW) == NOW + OVERLAP
    assert renewed.old_secret_ends_at(NOW + OVERLAP) is None


def test_only_two_secrets_live_at_a_time() -> None:
    twice = WEBHOOK.with_secret("whsec_2", NOW).with_secret("whsec_3", NOW)
    assert twice.live_secrets(NOW) == ["whsec_3", "whsec_2"]


def test_a_webhook_says_why_it_is_disabled_until_it_is_enabled_again() -> None:
    off = WEBHOOK.with_terms(replace(WEBHOOK.terms, enabled=False))
    assert off is not None
    assert off.disabled_reason == BY_OWNER
    on = off.with_terms(WEBHOOK.terms)
    assert on is not None
    assert (on.disabled_reason, on.version) == (None, 3)
    assert WEBHOOK.with_terms(WEBHOOK.terms) is None


def test_secrets_are_not_in_texts() -> None:
    assert "whsec_1" not in repr(WEBHOOK)
