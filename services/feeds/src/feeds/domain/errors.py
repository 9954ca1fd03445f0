"""Why a call is refused, or a run ends early."""

from __future__ import annotations


class NotFound(Exception):
    """It does not exist, or it is somebody else's; the text names it."""


class WrongFeed(Exception):
    """The description of the feed is wrong: `field` is at fault, and `message` says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class NothingToRead(Exception):
    """The run has neither a file nor an address to fetch one from."""


class TooManyFeeds(Exception):
    """The mini program has as many feeds as one may have."""


class TooManyRuns(Exception):
    """As many runs of the mini program wait as may wait."""


class KeyReused(Exception):
    """An idempotency key was used before, for another request."""


class TooLarge(Exception):
    """The file has more bytes than a feed may have."""


class RunRefused(Exception):
    """The feed must not be applied; the text says why and what to do."""


class RunFailed(Exception):
    """The file could not be fetched; the text says why and what to do."""
