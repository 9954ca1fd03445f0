"""Settled-in accounts: which fact a change of one is."""

from __future__ import annotations

from typing import Literal

Kind = Literal["merchant", "creator"]
Change = Literal["settled_in", "account_changed", "creator_changed"]


def change_of(before: dict[str, object] | None, after: dict[str, object]) -> Change | None:
    """What happened to an account between two looks at its public fields; None when nothing did."""
    if before is None:
        return "settled_in"
    if before == after:
        return None
    return "creator_changed" if after["kind"] == "creator" else "account_changed"
