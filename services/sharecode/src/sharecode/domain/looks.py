"""How the codes of a mini program look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgramLook:
    """The colour and logo that a mini program's owner set; version 0 before the first time. `logo` is a square PNG."""

    version: int = 0
    line_color: str | None = None
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class LookWish:
    """The look that a sharer asks for. Without `line_color` the mini program's own holds."""

    width: int
    line_color: str | None
    transparent: bool
    logo: bool
    caption: str


@dataclass(frozen=True, slots=True)
class PictureLook:
    """The look that a picture's address names; `logo` is a version of the mini program's look, 0 for none."""

    width: int
    line_color: str
    transparent: bool
    logo: int
    caption: str
