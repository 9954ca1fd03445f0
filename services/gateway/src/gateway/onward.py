"""Where a viewer goes on when what was tapped or scanned cannot be opened: never to another product."""

from __future__ import annotations

from typing import Any

TO_THE_STORE = frozenset({"delisted", "sold_out"})
"""Reasons that concern the product alone; after all others the mini program cannot be entered either."""


def led_on(target: dict[str, Any]) -> dict[str, Any]:
    """`target`, and for one that is not available `instead`: the store of the same mini program, or the host's
    entrance."""
    if target.get("available", True):
        return target
    if target.get("reason") in TO_THE_STORE:
        return target | {"instead": {"page": "store", "mini_program_id": target["mini_program_id"]}}
    return target | {"instead": {"page": "entrance", "mini_program_id": None}}
