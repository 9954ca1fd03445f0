"""Why a target cannot be opened."""

from __future__ import annotations

import pytest

from catalog.domain.availability import why_unavailable


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": None}, "gone"),
        ({"state": "registered"}, "gone"),
        ({"state": "suspended"}, "suspended"),
        ({"state": "suspended", "host_id": "h2"}, "not_in_this_host"),
        ({"belongs": False}, "gone"),
        ({"listed": False}, "delisted"),
        ({"available": 0}, "sold_out"),
    ],
)
def test_a_target_is_unavailable_for_the_first_reason_that_applies(
    changes: dict[str, object], reason: str | None
) -> None:
    normal: dict[str, object] = {
        "host_id": "h1", "state": "published", "hosts": {"h1"}, "belongs": True, "listed": True, "available": 1,
    }  # fmt: skip
    assert why_unavailable(**(normal | changes)) == reason  # type: ignore[arg-type]
