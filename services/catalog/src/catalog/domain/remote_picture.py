"""A picture at an address that a feed names: it is fetched after its product was written, and retried a few times."""

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
"""No attempt is scheduled this long after the picture was asked for, also if a slow server has left attempts over."""
FRESH = timedelta(days=1)
"""For this long after a fetch, a feed that names the address again causes no request."""


@dataclass(frozen=True, slots=True)
class RemotePicture:
    """What is known of an address. `sha256` names the last picture that was fetched from it. The reports of `runs` get the outcome.

    `attempts` counts the attempts since it was asked for, the present one included. `claim` identifies the lease on it; `asks` is how
    often it had been asked for when the lease was taken.
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
        """Whether the address is to be fetched if a feed names it now."""
        return self.sha256 is None or self.failed or self.fetched_at is None or now - self.fetched_at >= FRESH

    def next_attempt(self, now: datetime) -> datetime | None:
        """When to try again after a failed attempt; None if it was the last."""
        if self.attempts > len(PAUSES) or now - self.asked_at >= MAX_AGE:
            return None
        return now + PAUSES[max(0, self.attempts - 1)]

    @property
    def is_spent(self) -> bool:
        """Whether there were more attempts than PAUSES allow: so some never ended, because the process was killed or cut off."""
        return self.attempts > len(PAUSES) + 1

    def as_failed(self) -> RemotePicture:
        """After an attempt that failed. The picture that it had stays."""
        return replace(self, failed=True)

    def untried(self) -> RemotePicture:
        """Without the present attempt, which a fault of this installation interrupted."""
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
    """The pictures that viewers see for these addresses. `urls` are our copies by address.

    Without a copy, an address of this installation and an https address with a domain name are shown as they are; others are left out.
    """
    found = (
        urls.get(address) or (address if is_here(address) or is_elsewhere(address) else None)
        for address in addresses
    )
    return tuple(dict.fromkeys(url for url in found if url is not None))
