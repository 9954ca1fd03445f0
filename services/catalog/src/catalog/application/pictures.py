"""Pictures that owners and creators upload, and which pictures each of them may show."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from catalog.domain.errors import WrongContent
from catalog.domain.picture import WIDTHS, Picture, Rendered, in_folder, is_elsewhere, name_of, uploaded

UNKNOWN = "no such picture; upload it with POST /v1/owner/media, or /v1/creator/media, and use the url of the answer"
FOREIGN = "this picture was uploaded by somebody else; upload your own with POST /v1/owner/media, or /v1/creator/media"
INSECURE = "must be the url of an uploaded picture, or an https address with a domain name"


def creators_name(creator_id: str) -> str:
    """The name under which a creator uploads. No owner has it: ids hold no slash."""
    return f"creator/{creator_id}"


class PictureRegister(Protocol):
    """Which pictures were uploaded, and by whom."""

    async def add(self, owner_id: str, picture: Picture) -> None:
        """Record that the owner uploaded the picture; idempotent."""
        ...

    async def take(self, owner_id: str, sha256: str) -> Picture | None:
        """The picture, which the owner may show from now on; None if nobody has uploaded it."""
        ...

    async def owners(self, sha256s: Collection[str]) -> Mapping[str, Collection[str]]:
        """Who uploaded each of the pictures that exist."""
        ...


class PictureRenderer(Protocol):
    """Makes what viewers see of an uploaded file."""

    async def render(self, data: bytes) -> Rendered:
        """Raises UnreadablePicture, TooManyPictures and PictureWorkerDied."""
        ...


class PictureFiles(Protocol):
    """Files by their names. Raises Unavailable."""

    async def put(self, name: str, data: bytes) -> None:
        """Store the file; idempotent."""
        ...

    async def get(self, name: str) -> bytes | None: ...


class OperatorFolder(Protocol):
    """The pictures that the operator put into a folder."""

    async def find(self, path: str) -> Path | None:
        """The file at `path`; None if there is none, or if the path or a link leads outside."""
        ...


class Pictures:
    """The use cases of pictures."""

    def __init__(
        self,
        register: PictureRegister,
        renderer: PictureRenderer,
        files: PictureFiles,
        folder: OperatorFolder,
    ) -> None:
        self._register = register
        self._renderer = renderer
        self._files = files
        self._folder = folder

    async def upload(self, owner_id: str, data: bytes) -> Picture:
        """Store a picture in all widths, encoded again from its pixels alone. The same bytes give the same picture.

        The files are stored before the register knows them, so a picture that is answered is complete. Raises
        UnreadablePicture, TooManyPictures, PictureWorkerDied and Unavailable.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        known = await self._register.take(owner_id, sha256)
        if known is not None:
            return known
        rendered = await self._renderer.render(data)
        for width in WIDTHS:
            await self._files.put(name_of(sha256, width), rendered.files[width])
        picture = Picture(sha256, rendered.width, rendered.height)
        await self._register.add(owner_id, picture)
        return picture

    async def file(self, sha256: str, width: int) -> bytes | None:
        """A picture's WebP file in one of the widths, None if there is none. Raises Unavailable."""
        return await self._files.get(name_of(sha256, width))

    async def check(
        self, uploader: str | None, wanted: Sequence[tuple[str, str]], kept: Collection[str] = ()
    ) -> None:
        """Raises WrongContent for pictures, as (field, url), that the uploader may not show.

        An owner or a creator, by the name under which they upload, shows what they uploaded, what the operator put into the
        folder, and https addresses elsewhere. Those that are `kept` as they were, and an operator's (None), are not checked.
        """
        if uploader is None:
            return
        new = [(field, url) for field, url in wanted if url and url not in kept]
        owners = await self._register.owners([sha for _, url in new if (sha := uploaded(url))])
        wrong = [
            (field, why)
            for field, url in new
            if (why := await self._why_not(uploader, url, owners)) is not None
        ]
        if wrong:
            raise WrongContent(*wrong)

    async def _why_not(self, uploader: str, url: str, owners: Mapping[str, Collection[str]]) -> str | None:
        if (sha256 := uploaded(url)) is not None:
            if sha256 not in owners:
                return UNKNOWN
            return None if uploader in owners[sha256] else FOREIGN
        if (path := in_folder(url)) is not None:
            return None if await self._folder.find(path) else UNKNOWN
        return None if is_elsewhere(url) else INSECURE
