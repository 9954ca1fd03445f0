"""A viewer's visit to a mini program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """A viewer in one mini program on one host, and how they came. The host's own user id is not part of it."""

    host_id: str
    mini_program_id: str
    openid: str
    viewer: str
    surface: str
    click_id: str | None
    return_origins: tuple[str, ...] = ()
