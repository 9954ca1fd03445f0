"""Commission terms: shares in basis points."""

from __future__ import annotations

from dataclasses import dataclass

BASIS = 10_000
"""Basis points in a whole."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The platform's and the creator's share; `version` grows with every change of either."""

    platform_bp: int
    creator_bp: int
    version: int

    def creator_share(self, amount: int) -> int:
        """The creator's part of an amount in fen, rounded down."""
        return amount * self.creator_bp // BASIS

    def changed_to(self, platform_bp: int, creator_bp: int) -> Terms:
        """The same terms if the shares are the same, else the next version."""
        if (platform_bp, creator_bp) == (self.platform_bp, self.creator_bp):
            return self
        return Terms(platform_bp, creator_bp, self.version + 1)
