"""What fetching the pictures of feeds needs from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from catalog.domain.remote_picture import RemotePicture
from contracts.feeds import FeedPictureTried


@dataclass(frozen=True, slots=True)
class Asked:
    """A run of a feed names the address of a picture. `known` says whether its picture was known when the product was written."""

    mini_program_id: str
    owner_id: str
    run_id: str
    url: str
    known: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A picture to work on, and the server that it comes from."""

    picture: RemotePicture
    host: str


class RemotePictures(Protocol):
    """What is known of addresses, and which of them are to be fetched."""

    async def known(self, mini_program_id: str, urls: Collection[str]) -> Mapping[str, RemotePicture]:
        """Those of the addresses that were named before."""
        ...

    async def ask(self, asked: Sequence[Asked], now: datetime) -> None:
        """Have each fetched. One that is waiting stays where it is, and its outcome is told to this run too. Idempotent for a run."""
        ...

    async def owners(self, now: datetime) -> Sequence[str]:
        """The owners with something due."""
        ...

    async def next_due(self) -> datetime | None:
        """When something is due next; None if nothing waits."""
        ...

    async def claim(
        self, owner_id: str, after: str, besides: Collection[str], now: datetime, lease: timedelta
    ) -> Claimed | None:
        """A picture of this owner, one attempt further: from the first server with something due whose name comes after `after`,
        then from the first of all, but from none `besides`. It is due again after `lease`, unless its end is written."""
        ...

    async def save(self, picture: RemotePicture) -> None:
        """Keep what was found, while the claim goes on."""
        ...

    async def end(self, pictures: Sequence[RemotePicture], due_at: datetime | None = None) -> None:
        """End the claims: with the next attempt at `due_at`, or none. A claim that others have taken over is left to them.

        What was asked for again in the meantime is due at once: its product may have been written after others were brought
        up to date.
        """
        ...


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """What an address answered."""

    data: bytes
    etag: str | None
    last_modified: str | None


class PictureFailed(Exception):
    """A picture was not fetched; the text says why, in words for its owner. `for_good` if a repeat cannot help."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


class PictureFetcher(Protocol):
    """Reads addresses that owners name."""

    async def fetch(self, picture: RemotePicture) -> FetchedFile | None:
        """The file; None if it is the one that is known. Raises PictureFailed."""
        ...


class PictureNews(Protocol):
    """Where it goes what became of pictures."""

    async def publish_pictures(self, news: Sequence[FeedPictureTried]) -> None:
        """Returns once they are durable."""
        ...
