"""Whether a tap, a scan or a link may open a product, and why not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Reason = Literal["delisted", "suspended", "sold_out", "not_in_this_host", "gone"]
MiniProgramState = Literal["registered", "published", "suspended"]


def why_unavailable(
    *,
    host_id: str,
    state: MiniProgramState | None,
    hosts: Collection[str],
    belongs: bool,
    listed: bool,
    available: int,
) -> Reason | None:
    """The first reason that holds, None when the product can be opened.

    `state` is None for a mini program that does not exist; `belongs` says whether the product is this mini program's.
    A mini program that was never published is `gone` to viewers, since it has not been there.
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
