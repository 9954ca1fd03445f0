"""The events that identity consumes, and the projection that they update."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
)
from identity.application.ports import ProgramProjection
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def subscriptions(programs: ProgramProjection) -> list[Subscription]:
    """Mini programs, so that a session is opened only where one is published."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await programs.learn([delivery.event for delivery in deliveries])

    return [Subscription("programs", MINI_PROGRAM_EVENTS, on_mini_programs)]
