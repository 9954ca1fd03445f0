"""The events that identity consumes, and what they update."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.audit import AdminActionTaken
from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
)
from contracts.catalog_versions import TestersChanged
from identity.application.ports import AuditLog, ProgramProjection
from runtime.consuming.subscription import Delivery, Subscription

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)


def subscriptions(programs: ProgramProjection, log: AuditLog) -> list[Subscription]:
    """Mini programs with their testers, so that a session is opened only for those who may enter one, and every action for the
    audit log."""

    async def on_mini_programs(deliveries: Sequence[Delivery]) -> None:
        await programs.learn([delivery.event for delivery in deliveries])

    async def on_testers(deliveries: Sequence[Delivery]) -> None:
        await programs.learn_testers([delivery.event for delivery in deliveries])

    async def on_actions(deliveries: Sequence[Delivery]) -> None:
        await log.add({delivery.envelope.id: delivery.event for delivery in deliveries})

    return [
        Subscription("programs", MINI_PROGRAM_EVENTS, on_mini_programs),
        Subscription("testers", (TestersChanged,), on_testers),
        Subscription("audit", (AdminActionTaken,), on_actions, bulk_fetch=True),
    ]
