"""An owner's picture: made in three widths, named by its content, and used by those who uploaded it."""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDTHS = (320, 750, 1280)
"""Pixels. A picture that is narrower than one of them is not enlarged."""
FOLDER_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
}
"""By the ending of a file's name. Other files of the operator's folder are not served."""
_OURS = re.compile(r"/media/(pictures/([0-9a-f]{64})/(320|750|1280)\.webp)")
_FOLDER = "/media/"
_ELSEWHERE = re.compile(r"https://([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*(:[0-9]{1,5})?([/?#].*)?")


@dataclass(frozen=True, slots=True)
class Picture:
    """`sha256` is that of the file that was uploaded; `width` and `height` are those of the widest picture made of it."""

    sha256: str
    width: int
    height: int

    @property
    def url(self) -> str:
        """Where viewers find the widest one."""
        return _FOLDER + name_of(self.sha256, WIDTHS[-1])


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture as it is shown: WebP files by their width in `WIDTHS`."""

    width: int
    height: int
    files: dict[int, bytes]


def name_of(sha256: str, width: int) -> str:
    """The name of the file in one of the `WIDTHS`."""
    return f"pictures/{sha256}/{width}.webp"


def uploaded(url: str) -> str | None:
    """The SHA-256 of the uploaded picture that the address names, None if it names none."""
    found = _OURS.fullmatch(url)
    return found[2] if found is not None else None


def in_folder(url: str) -> str | None:
    """The path in the operator's folder that the address names, None if it names none."""
    return url.removeprefix(_FOLDER) if url.startswith(_FOLDER) and uploaded(url) is None else None


def is_here(url: str) -> bool:
    """Whether it names a file of this installation: an uploaded picture, or one of the operator's folder."""
    return url.startswith(_FOLDER)


def is_elsewhere(url: str) -> bool:
    """Whether it is an https address with a domain name."""
    return _ELSEWHERE.fullmatch(url) is not None
