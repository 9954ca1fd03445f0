"""Whose picture is fetched next: owners take turns, and so do the servers of each owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

MAX_FETCHES = 6
"""Pictures that one replica fetches at a time: each may hold 10 MB."""
MAX_FETCHES_PER_HOST = 2
"""Pictures that one replica fetches from one server at a time: a server that hangs leaves room for others, and none is overloaded."""
MAX_FETCHES_PER_OWNER = 4
"""Pictures that one replica fetches for one owner at a time: an owner may name any number of servers that hang."""


class Turns:
    """Counts what is being fetched. Neither an owner's many servers nor a server's many pictures make others wait."""

    def __init__(self) -> None:
        self._by_host = Counter[str]()
        self._by_owner = Counter[str]()
        self._last_owner = ""
        self._last_hosts: dict[str, str] = {}
        """Of each owner with pictures that are due: the server that was asked last."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being fetched."""
        return not self._by_host.total()

    @property
    def has_room(self) -> bool:
        """Whether one more picture may be fetched."""
        return self._by_host.total() < MAX_FETCHES

    @property
    def busy_hosts(self) -> list[str]:
        """The servers from which no more may be fetched now."""
        return [host for host, number in self._by_host.items() if number >= MAX_FETCHES_PER_HOST]

    def keep(self, due: Collection[str]) -> None:
        """Forget the last servers of owners other than these, which have pictures that are due."""
        self._last_hosts = {owner: host for owner, host in self._last_hosts.items() if owner in due}

    def next_owner(self, waiting: Collection[str]) -> str | None:
        """Of these owners one for whom the fewest are being fetched; None if none may have another one fetched."""
        free = [owner for owner in waiting if self._by_owner[owner] < MAX_FETCHES_PER_OWNER]
        return min(free, key=lambda one: (self._by_owner[one], one <= self._last_owner, one), default=None)

    def last_host(self, owner_id: str) -> str:
        """The server that was asked last for this owner; empty if none was."""
        return self._last_hosts.get(owner_id, "")

    def begin(self, owner_id: str, host: str) -> None:
        """A picture of this owner is being fetched from this server."""
        self._last_owner, self._last_hosts[owner_id] = owner_id, host
        self._by_host[host] += 1
        self._by_owner[owner_id] += 1

    def end(self, owner_id: str, host: str) -> None:
        """That picture is no longer being fetched."""
        self._by_host[host] -= 1
        self._by_owner[owner_id] -= 1
        for counted in (self._by_host, self._by_owner):
            counted += Counter()  # forgets those of which nothing is fetched
