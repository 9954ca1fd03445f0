"""What a host has set about mini programs that request it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Whether the host accepts every mini program, or decides on each by hand; version 0 before the first change."""

    host_id: str
    accepts_all: bool = True
    version: int = 0

    def changed_to(self, *, accepts_all: bool) -> HostSettings | None:
        """The settings after a change; None if they are so already."""
        if accepts_all == self.accepts_all:
            return None
        return HostSettings(self.host_id, accepts_all, self.version + 1)
