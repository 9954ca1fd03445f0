"""A host scans a code: from a picture, a link or a text."""

from __future__ import annotations

from dataclasses import dataclass

from sharecode.application.ports import Codes, Pictures
from sharecode.domain.codes import ShareCode, code_in
from sharecode.domain.errors import CodeNotFound, NoCodeInPicture, NoCodeInText, Withdrawn


@dataclass(frozen=True, slots=True)
class ScanCode:
    """Finds the code and counts the scan. What the code opens for the host is decided by the gateway and the catalog."""

    codes: Codes
    pictures: Pictures

    async def in_text(self, text: str) -> ShareCode:
        """Raises NoCodeInText, CodeNotFound or Withdrawn."""
        code = code_in(text)
        if code is None:
            raise NoCodeInText
        return await self._scanned(code)

    async def in_picture(self, picture: bytes) -> ShareCode:
        """Raises UnreadablePicture, NoCodeInPicture, CodeNotFound or Withdrawn."""
        code = await self.pictures.read(picture)
        if code is None:
            raise NoCodeInPicture
        return await self._scanned(code)

    async def _scanned(self, code: str) -> ShareCode:
        share = await valid_code(self.codes, code)
        await self.codes.count_scan(code)
        return share


async def valid_code(codes: Codes, code: str) -> ShareCode:
    """The code; raises CodeNotFound or Withdrawn."""
    share = await codes.get(code)
    if share is None:
        raise CodeNotFound
    if share.withdrawn:
        raise Withdrawn
    return share
