"""Why identity refuses something."""

from __future__ import annotations


class TokenRefused(Exception):
    """No token is given. `error` is a code of RFC 6749, section 5.2; `description` says what would be right."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class MiniProgramNotFound(Exception):
    """The mini program does not exist, or is not published on the caller's host."""
