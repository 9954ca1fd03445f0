"""Which hosts are active. A mini program, a tester or a video names no other."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from catalog.domain.errors import WrongContent
from contracts.identity import HostState

WAIT_SECONDS = 2.0
"""A host that identity has just registered is known once its event has arrived, usually within 0.1 s."""
POLL_SECONDS = 0.1


HostStatus = Literal["active", "suspended"]


class HostRegister(Protocol):
    """The hosts that the catalog knows."""

    async def states(self, host_ids: Collection[str]) -> dict[str, HostStatus]:
        """The state of each of the hosts that exists."""
        ...

    async def learn(self, events: Sequence[HostState]) -> None:
        """Bring the register up to these events; idempotent."""
        ...


class Hosts:
    """Checks what names hosts. `wait` is how long, in seconds, the event of a new host may take."""

    def __init__(self, register: HostRegister, wait: float = WAIT_SECONDS) -> None:
        self._register = register
        self._wait = wait

    async def must_be_active(self, named: Sequence[tuple[str, str]], kept: Collection[str] = ()) -> None:
        """Raises WrongContent for hosts, as (field, host_id), that do not exist or are suspended. Those that are `kept` as they
        were are not looked up."""
        wanted = {host_id for _, host_id in named} - set(kept)
        states = await self._register.states(wanted) if wanted else {}
        for _ in range(round(self._wait / POLL_SECONDS)):
            if states.keys() >= wanted:
                break
            await asyncio.sleep(POLL_SECONDS)
            states = await self._register.states(wanted)
        wrong = [
            (field, _why(host_id, states.get(host_id)))
            for field, host_id in named
            if host_id in wanted and states.get(host_id) != "active"
        ]
        if wrong:
            raise WrongContent(*wrong)


def _why(host_id: str, state: HostStatus | None) -> str:
    return f"there is no host {host_id}" if state is None else f"the host {host_id} is suspended"
