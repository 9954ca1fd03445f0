"""The audit finds mini programs that viewers must not see."""

from __future__ import annotations

from typing import Any

import pytest

from anchorage_cli.shown import wrongly_shown

AT = "2026-01-01"
CONTENT: dict[str, Any] = {
    "name": "Tea", "name_en": "", "aliases": ["茶"], "slogan": "Slow", "slogan_en": "", "category": "tea",
    "logo_url": "/media/a.png", "banner_url": "", "categories": [{"category_id": "tea", "name": "Tea", "name_en": ""}],
    "sections": [], "theme_colour": "#2e7d5b",
}  # fmt: skip
OTHER: dict[str, Any] = {
    "name": "Pots", "name_en": "Tea", "aliases": [], "slogan": "Official shop", "slogan_en": "Slow", "category": "game",
    "logo_url": "/media/b.png", "banner_url": "/media/b.png", "categories": [],
    "sections": [{"kind": "banner", "title": "Sale", "title_en": "", "category_id": None, "product_ids": []}],
    "theme_colour": "",
}  # fmt: skip


def shown(**changes: Any) -> list[str]:
    """What is wrong with a mini program of one host, after these changes of its live version."""
    version = {
        "number": 1, "status": "live", "decided_at": AT, "released_at": AT,
        "content": CONTENT | {"requested_hosts": ["h1"]}, **changes.pop("version", {}),
    }  # fmt: skip
    shown_program = changes.pop("program", {})
    history = {
        "versions": [version], "live": 1, "decisions": [{"host_id": "h1", "accepted": True}], **changes,
    }  # fmt: skip
    program = CONTENT | {"_id": "shop0001", "state": "published", "hosts": ["h1"]} | shown_program
    return list(wrongly_shown([program], {"shop0001": history}))


def test_fields_that_older_documents_lack_are_empty() -> None:
    older = {name: value for name, value in CONTENT.items() if value not in ("", [])}
    assert shown(version={"content": older | {"requested_hosts": ["h1"]}}) == []


def test_what_was_approved_released_and_accepted_may_be_shown() -> None:
    assert shown() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"live": None}, "no version was released"),
        ({"version": {"status": "in_review", "decided_at": None}}, "version 1 is shown and is in_review"),
        ({"decisions": [{"host_id": "h1", "accepted": False}]}, "h1 shows it and has not accepted it"),
        ({"version": {"content": CONTENT | {"requested_hosts": []}}}, "does not ask for it"),
        *(({"program": {field: OTHER[field]}}, f"another {field} than") for field in CONTENT),
    ],
)
def test_anything_else_is_a_violation(changes: dict[str, Any], words: str) -> None:
    [wrong] = shown(**changes)
    assert words in wrong
