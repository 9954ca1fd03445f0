"""How old pages may be."""

from __future__ import annotations

import time
from collections.abc import Callable


class Freshness:
    """Knows for how long the read model may have missed changes."""

    def __init__(self, max_age: float, now: Callable[[], float] = time.monotonic) -> None:
        self._max_age = max_age
        self._now = now
        self._following = False
        self._complete_until = float("-inf")

    @property
    def loaded(self) -> bool:
        """Whether the read model has been complete once."""
        return self._following or self._complete_until > float("-inf")

    @property
    def outdated(self) -> bool:
        """Whether pages may be older than `max_age` seconds."""
        return not self._following and self._now() - self._complete_until > self._max_age

    def following(self) -> None:
        """From now on, changes arrive as they are made."""
        self._following = True

    def complete(self) -> None:
        """Everything up to now has arrived; later changes may be missed until `following`."""
        self._following, self._complete_until = False, self._now()
