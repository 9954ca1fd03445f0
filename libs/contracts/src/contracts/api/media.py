"""Pictures that owners upload."""

from __future__ import annotations

from pydantic import Field

from contracts.api.common import Answer


class PictureView(Answer):
    """An uploaded picture. The same bytes give the same one."""

    url: str = Field(
        description="of the widest WebP file, `/media/pictures/{sha256}/1280.webp`; the widths 320 and 750 are next to it"
    )
    width: int = Field(description="pixels of the widest file; a narrower picture is not enlarged")
    height: int
    sha256: str = Field(description="of the bytes that were sent, in hexadecimal")
