"""What identity learns from other services."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
)
from identity.adapters.programs import MongoPrograms
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def subscriptions(programs: MongoPrograms) -> list[Subscription]:
    """Mini programs, so that a session is opened only where one is published."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await programs.take([delivery.event for delivery in deliveries])

    return [Subscription("programs", MINI_PROGRAM_EVENTS, on_mini_programs)]
