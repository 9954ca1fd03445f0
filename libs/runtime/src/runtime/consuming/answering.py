"""Answers events that are marked `ce_again`: the answer of an earlier delivery has not arrived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from runtime.consuming.subscription import Delivery, Subscription

Answer = Callable[[Sequence[Any]], Awaitable[None]]
"""Publishes the answers to these events again; idempotent."""


def answering_again(subscription: Subscription, answer: Answer) -> Subscription:
    """The subscription; after its handler, `answer` gets the events that are marked `ce_again`."""

    async def handle(deliveries: Sequence[Delivery]) -> None:
        await subscription.handle(deliveries)
        if asked := [delivery.event for delivery in deliveries if delivery.envelope.again]:
            await answer(asked)

    return replace(subscription, handle=handle)
