"""What a command says when it cannot do its work."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """The work cannot be done; the text is one sentence that says why, and what to do."""

    loggable: ClassVar[bool] = True
