"""The audit finds mini programs that viewers must not see."""

from __future__ import annotations

from typing import Any

import pytest

from anchorage_cli.shown import wrongly_shown

AT = "2026-01-01"


def shown(**changes: Any) -> list[str]:
    """What is wrong with a mini program of one host, after these changes of its live version."""
    version = {
        "number": 1, "status": "live", "decided_at": AT, "released_at": AT,
        "content": {"name": "Tea", "requested_hosts": ["h1"]}, **changes.pop("version", {}),
    }  # fmt: skip
    history = {
        "versions": [version], "live": 1, "decisions": [{"host_id": "h1", "accepted": True}], **changes,
    }  # fmt: skip
    program = {"_id": "shop0001", "state": "published", "name": "Tea", "hosts": ["h1"]}
    return list(wrongly_shown([program], {"shop0001": history}))


def test_what_was_approved_released_and_accepted_may_be_shown() -> None:
    assert shown() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"live": None}, "no version was released"),
        ({"version": {"status": "in_review", "decided_at": None}}, "version 1 is shown and is in_review"),
        ({"decisions": [{"host_id": "h1", "accepted": False}]}, "h1 shows it and has not accepted it"),
        ({"version": {"content": {"name": "Tea", "requested_hosts": []}}}, "does not ask for it"),
        ({"version": {"content": {"name": "Pots", "requested_hosts": ["h1"]}}}, "under another name"),
    ],
)
def test_anything_else_is_a_violation(changes: dict[str, Any], words: str) -> None:
    [wrong] = shown(**changes)
    assert words in wrong
