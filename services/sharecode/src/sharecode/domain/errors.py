"""Why sharecode refuses something."""

from __future__ import annotations


class CodeNotFound(Exception):
    """No such code, or the caller may not see it."""


class MiniProgramNotFound(Exception):
    """No such mini program, or the caller may not see it."""


class ProductNotFound(Exception):
    """The mini program has no such product."""


class SharingNotAllowed(Exception):
    """The product is delisted, or its owner does not allow sharing."""


class Withdrawn(Exception):
    """The code was withdrawn by its mini program."""


class QuotaReached(Exception):
    """No more new codes until the window ends, in `retry_after` seconds."""

    def __init__(self, most: int, unit: str, retry_after: int) -> None:
        super().__init__(f"at most {most} new codes per {unit}")
        self.most = most
        self.unit = unit
        self.retry_after = retry_after


class NoCodeInText(Exception):
    """The text holds no code."""


class NoCodeInPicture(Exception):
    """No code was found in the picture."""


class UnreadablePicture(Exception):
    """The bytes are not a picture that is accepted; the message says why."""


class TooManyPictures(Exception):
    """All picture workers are busy and their queue is full."""


class PictureWorkerDied(Exception):
    """The process that worked on the picture ended; a repeat may succeed."""
