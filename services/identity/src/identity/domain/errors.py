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


class NotFound(Exception):
    """It does not exist, or is not the caller's; the text names it."""


class WrongState(Exception):
    """The present state does not allow this; the text says why and what would be right."""


class NameTaken(Exception):
    """A verified brand holds the name; the text says which."""


class TooManyClients(Exception):
    """The owner, host or creator has as many clients as one may have."""


class TooManySecrets(Exception):
    """The client has two live secrets; the text says until when."""


class LastAdmin(Exception):
    """Without this client nobody could manage the others."""

    def __init__(self) -> None:
        super().__init__(
            "This is the only client with the role admin. Add another one first; without it nobody could manage clients."
        )


class RegistrationClosed(Exception):
    """Operators enter owners here; nobody registers by himself."""
