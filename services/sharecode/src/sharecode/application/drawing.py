"""The pictures of a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from roundcode.look import Look
from sharecode.application.ports import Codes, Looks, Pictures
from sharecode.application.scanning import valid_code
from sharecode.domain.codes import QR_MARK, ShareCode, key_of
from sharecode.domain.looks import PictureLook

T = TypeVar("T", bytes, str)


@dataclass(frozen=True, slots=True)
class Drawn(Generic[T]):
    """A picture. It is `permanent` unless it was asked for with an outdated logo and shows the current one."""

    content: T
    permanent: bool


@dataclass(frozen=True, slots=True)
class DrawCode:
    """Draws codes that were given out. Every method raises CodeNotFound or Withdrawn; those with a look raise BadLook."""

    codes: Codes
    looks: Looks
    pictures: Pictures

    async def round_png(self, code: str, look: PictureLook) -> Drawn[bytes]:
        """The round code as PNG."""
        share, full, permanent = await self._prepare(code, look)
        return Drawn(await self.pictures.round_png(key_of(share.code), full), permanent)

    async def round_svg(self, code: str, look: PictureLook) -> Drawn[str]:
        """The round code as SVG."""
        share, full, permanent = await self._prepare(code, look)
        return Drawn(await self.pictures.round_svg(key_of(share.code), full), permanent)

    async def qr_png(self, code: str, width: int) -> bytes:
        """The plain QR code, always black on white so that any scanner reads it."""
        share = await valid_code(self.codes, code)
        return await self.pictures.qr_png(QR_MARK + share.code, width)

    async def _prepare(self, code: str, look: PictureLook) -> tuple[ShareCode, Look, bool]:
        share, logo, permanent = await valid_code(self.codes, code), None, True
        if look.logo:
            own = await self.looks.of(share.mini_program_id)
            logo, permanent = own.logo, own.version == look.logo
        full = Look(
            width=look.width,
            line_color=look.line_color,
            transparent=look.transparent,
            logo=logo,
            caption=look.caption,
        )
        return share, full, permanent
