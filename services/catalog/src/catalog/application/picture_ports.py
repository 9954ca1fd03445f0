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
        """Queue each picture. One that is queued already keeps its place, and this run gets its outcome too. Idempotent for a run."""
        ...

    async def owners(self, now: datetime) -> Sequence[str]:
        """The owners with pictures that are due."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next picture is due; None if none is queued."""
        ...

    async def claim(
        self, owner_id: str, after: str, besides: Collection[str], now: datetime, lease: timedelta
    ) -> Claimed | None:
        """Claim a picture of this owner, and count an attempt. It is due again after `lease`, unless the claim ends.

        It is from the first server with pictures that are due whose name comes after `after`, or else from the first of all, but
        from none `besides`.
        """
        ...

    async def renew(self, pictures: Collection[RemotePicture], until: datetime) -> None:
        """Renew these claims until then. Claims that have ended, or that others have taken over, stay as they are."""
        ...

    async def save(self, picture: RemotePicture) -> None:
        """Store what was found; the claim goes on."""
        ...

    async def end(self, pictures: Sequence[RemotePicture], due_at: datetime | None = None) -> None:
        """End the claims: with the next attempt at `due_at`, or without one. A claim that others have taken over is left to them.

        A picture that was asked for again in the meantime is due at once: a product may have been written after the others got the
        picture.
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
        """The file; None if it has not changed since it was fetched. Raises PictureFailed."""
        ...


class PictureResults(Protocol):
    """Publishes the outcomes of pictures."""

    async def publish_pictures(self, news: Sequence[FeedPictureTried]) -> None:
        """Returns once they are durable."""
        ...
