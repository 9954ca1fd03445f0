"""What to show instead of a product that cannot be opened: its store or the host's entrance, never another product."""

from __future__ import annotations

from typing import Any

STORE_REASONS = frozenset({"delisted", "sold_out"})
"""Reasons that concern the product alone. For all others the mini program cannot be entered either."""


def with_fallback(target: dict[str, Any]) -> dict[str, Any]:
    """`target` as it is if it is available; otherwise with `instead`: the page to show."""
    if target.get("available", True):
        return target
    if target.get("reason") in STORE_REASONS:
        return target | {"instead": {"page": "store", "mini_program_id": target["mini_program_id"]}}
    return target | {"instead": {"page": "entrance", "mini_program_id": None}}
