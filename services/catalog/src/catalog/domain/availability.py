"""Whether an anchor, a scan or a link can open a product, and why not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from catalog.domain.mini_program import MiniProgramState

Reason = Literal["delisted", "suspended", "sold_out", "not_in_this_host", "gone"]


def why_unavailable(
    *,
    host_id: str,
    state: MiniProgramState | None,
    hosts: Collection[str],
    belongs: bool,
    listed: bool,
    available: int,
) -> Reason | None:
    """The first reason that applies, None if the product can be opened.

    `state` is None for a mini program that does not exist; `belongs` says whether the product is this mini program's.
    For viewers, a mini program that was never published is `gone`.
    """
    if state is None or state == "registered":
        return "gone"
    if host_id not in hosts:
        return "not_in_this_host"
    if state == "suspended":
        return "suspended"
    if not belongs:
        return "gone"
    if not listed:
        return "delisted"
    return None if available > 0 else "sold_out"
