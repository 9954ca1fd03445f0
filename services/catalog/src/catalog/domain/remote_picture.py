"""A picture at an address that a feed names: fetched after its product was written, and tried again by a schedule that ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from catalog.domain.picture import is_elsewhere, is_here

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""From each failed attempt to the next one. After the last of them the picture is given up."""
MAX_AGE = timedelta(days=1)
"""Of what was asked for: a server that answers too slowly for all of its pictures ends it too."""
FRESH = timedelta(days=1)
"""For so long after a fetch, a feed that names the address again causes no request."""


@dataclass(frozen=True, slots=True)
class RemotePicture:
    """What is known of an address. `sha256` is the picture that it had last, `runs` are told what becomes of this attempt.

    `attempts` counts those since it was asked for, the present one included. `claim` is the right to work on it, and `asks` how
    often it had been asked for when that was given.
    """

    mini_program_id: str
    owner_id: str
    url: str
    asked_at: datetime
    runs: tuple[str, ...] = ()
    attempts: int = 0
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: datetime | None = None
    failed: bool = False
    """The last attempt failed."""
    claim: str = ""
    asks: int = 0

    def is_due(self, now: datetime) -> bool:
        """Whether a feed that names the address again makes a request useful."""
        return self.sha256 is None or self.failed or self.fetched_at is None or now - self.fetched_at >= FRESH

    def next_attempt(self, now: datetime) -> datetime | None:
        """When a failed attempt is followed by another one; None if it is the last."""
        if self.attempts > len(PAUSES) or now - self.asked_at >= MAX_AGE:
            return None
        return now + PAUSES[max(0, self.attempts - 1)]

    @property
    def is_spent(self) -> bool:
        """Whether it was tried more often than the schedule has attempts: each of them ended the process, or was cut off."""
        return self.attempts > len(PAUSES) + 1

    def as_failed(self) -> RemotePicture:
        """After an attempt that failed. The picture that it had stays."""
        return replace(self, failed=True)

    def untried(self) -> RemotePicture:
        """Without the present attempt, which something of ours interrupted."""
        return replace(self, attempts=self.attempts - 1)

    def fetched(
        self, sha256: str, etag: str | None, last_modified: str | None, at: datetime
    ) -> RemotePicture:
        """With the picture that the address has now."""
        return replace(
            self, sha256=sha256, etag=etag, last_modified=last_modified, fetched_at=at, failed=False
        )

    def unchanged(self, at: datetime) -> RemotePicture:
        """With the picture that it had."""
        return replace(self, fetched_at=at, failed=False)


def shown(addresses: tuple[str, ...], urls: Mapping[str, str]) -> tuple[str, ...]:
    """What viewers see of pictures at these addresses: ours, by address in `urls`, and until then those of https addresses.

    Addresses of this installation are shown as they are.
    """
    found = (
        urls.get(address) or (address if is_here(address) or is_elsewhere(address) else None)
        for address in addresses
    )
    return tuple(dict.fromkeys(url for url in found if url is not None))
