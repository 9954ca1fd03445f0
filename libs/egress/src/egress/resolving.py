"""Names are resolved by the system, in threads that nothing else needs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUPS = 256
"""At a time. A stranger's name server that never answers holds a thread until the system's resolver gives up, some ten seconds;
with the few threads that asyncio shares with everything else, some such names would stop all calls, and all other work in threads."""
Asked = tuple[str, int, socket.AddressFamily]


class SystemResolver(AbstractResolver):
    """Resolves with `getaddrinfo`. Those who ask for a name at the same time share one lookup; nothing is kept afterwards."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="egress-lookup")
        self._lookups: dict[Asked, asyncio.Task[list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError, and UnicodeError for one that cannot be written in the DNS."""
        asked = host, port, family
        lookup = self._lookups.get(asked)
        if lookup is None:
            lookup = self._lookups[asked] = asyncio.create_task(self._look_up(*asked))
            lookup.add_done_callback(lambda ended: self._forget(asked, ended))
        return await asyncio.shield(lookup)

    async def close(self) -> None:
        """Wait for no lookup."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _addresses, host, port, family)

    def _forget(self, asked: Asked, ended: asyncio.Task[list[ResolveResult]]) -> None:
        del self._lookups[asked]
        if not ended.cancelled():
            ended.exception()  # all who asked may have gone


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=_written(address),
            port=port,
            family=kind,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, protocol, _, address in found
        if kind in (socket.AF_INET, socket.AF_INET6)
    ]


def _written(address: Sequence[object]) -> str:
    """The address with its zone, if it has one."""
    zone = address[3] if len(address) == 4 else 0
    return f"{address[0]}%{zone}" if zone else str(address[0])
