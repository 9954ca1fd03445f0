"""Leases of rate limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: it holds `size` tokens, and refills as many each `window` seconds."""

    size: int
    window: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Tokens given to one gateway, and the whole tokens that are left for all."""

    given: int
    remaining: int
