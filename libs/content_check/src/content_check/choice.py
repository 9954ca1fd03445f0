"""Which check an installation uses."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp

from content_check.provider import HttpProvider
from content_check.rules import WordRules
from content_check.verdicts import Clock, ContentCheck


def content_check(url: str, session: Callable[[], aiohttp.ClientSession], clock: Clock) -> ContentCheck:
    """The provider at `url`; without an address, the list of words."""
    return HttpProvider(url, session, clock) if url else WordRules(clock)
