"""Request bodies within a budget: how many bytes of them the gateway holds at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from aiohttp import web

from gateway.admission import busy
from gateway.callers import Caller

MIB = 1024 * 1024
HELD = 64 * MIB
HELD_FOR_GROUP = 32 * MIB
HELD_FOR_CALLER = 4 * MIB


class Charge:
    """What one call holds of the budget."""

    def __init__(self, budget: BodyBudget, caller: Caller) -> None:
        self._budget = budget
        self._caller = caller
        self.bytes = 0

    def at_least(self, size: int) -> None:
        """Raise the charge to `size` bytes. Raises Problem 429 if the budget, or the caller's part of it, is used up."""
        if size > self.bytes:
            self._budget.add(self._caller, size - self.bytes)
            self.bytes = size


class BodyBudget:
    """The bytes of all bodies that are held now."""

    def __init__(self) -> None:
        self._held: Counter[Caller] = Counter()

    @property
    def held(self) -> int:
        """The bytes charged now."""
        return self._held.total()

    @contextmanager
    def charge(self, caller: Caller) -> Iterator[Charge]:
        """A charge that ends with the call."""
        charge = Charge(self, caller)
        try:
            yield charge
        finally:
            if charge.bytes:
                self.add(caller, -charge.bytes)

    def add(self, caller: Caller, size: int) -> None:
        """Charge or return `size` bytes."""
        if size > 0 and not self._has_room(caller, size):
            raise busy("You are sending too much at once.")
        self._held[caller] += size
        if not self._held[caller]:
            del self._held[caller]

    def _has_room(self, caller: Caller, size: int) -> bool:
        of_group = sum(held for other, held in self._held.items() if other.group == caller.group)
        limit = HELD_FOR_CALLER if caller.name else HELD_FOR_GROUP
        return (
            self._held[caller] + size <= limit
            and of_group + size <= HELD_FOR_GROUP
            and self.held + size <= HELD
        )


async def read_body(request: web.Request, max_size: int, charge: Charge) -> bytes:
    """The whole body. Its declared length is charged before it is read, everything else as it arrives.

    Raises HTTPRequestEntityTooLarge above `max_size`, which a compressed body may reach although its declared length is small.
    """
    if not request.can_read_body:
        return b""
    charge.at_least(min(request.content_length or 0, max_size))
    body = bytearray()
    async for part in parts_of(request, max_size):
        charge.at_least(len(body) + len(part))
        body += part
    return bytes(body)


async def parts_of(request: web.Request, max_size: int) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises HTTPRequestEntityTooLarge above `max_size`."""
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > max_size:
            raise web.HTTPRequestEntityTooLarge(max_size=max_size, actual_size=size)
        yield part
