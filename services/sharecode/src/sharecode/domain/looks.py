"""How the codes of a mini program look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgramLook:
    """The colour and logo that a mini program's owner set; version 0 before the first time. `logo` is a square PNG."""

    mini_program_id: str
    line_color: str | None = None
    logo: bytes | None = None
    version: int = 0

    def changed_to(self, line_color: str | None, logo: bytes | None) -> ProgramLook | None:
        """The look after a change; None if it is so already."""
        if (line_color, logo) == (self.line_color, self.logo):
            return None
        return ProgramLook(self.mini_program_id, line_color, logo, self.version + 1)


@dataclass(frozen=True, slots=True)
class RequestedLook:
    """The look that a sharer requests. Without `line_color` it has the mini program's."""

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
