"""A relay that makes no progress although Kafka and MongoDB answer is seen from outside."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka.errors import NotLeaderForPartitionError
from runtime_support.notebook import Notebook

from runtime.health import Health
from runtime.outbox import relay as relaying
from support.eventually import Eventually


async def test_a_relay_that_publishes_nothing_while_kafka_answers_makes_livez_red(
    notebook: Notebook, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = 0.0

    async def fails(records: Any) -> None:
        raise NotLeaderForPartitionError

    relay = notebook.relay(lambda: time.monotonic() + skipped)
    async with notebook.relaying(relay):
        await notebook.take("n1", "one")
        await eventually(notebook.all_published)
        assert await _livez(relay) == 200
        with monkeypatch.context() as patched:
            patched.setattr(notebook.stream.publisher, "publish", fails)
            patched.setattr(relaying, "MAX_IDLE_SECONDS", 1.0)
            await notebook.change("n1", 2, "two")
            await eventually(lambda: _is_red(relay))
            assert relay.oldest_unpublished_seconds > 0
        await eventually(notebook.all_published)
        assert await _livez(relay) == 200
        assert relay.oldest_unpublished_seconds == 0


async def test_a_dead_relay_makes_livez_red(notebook: Notebook) -> None:
    slept = 0.0
    relay = notebook.relay(lambda: time.monotonic() + slept)
    async with notebook.relaying(relay):
        await asyncio.sleep(0)
    slept = relaying.MAX_IDLE_SECONDS
    assert await _livez(relay) == 503


async def test_a_relay_whose_kafka_does_not_answer_is_not_restarted(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = 0.0
    relay = notebook.relay(lambda: time.monotonic() + slept)

    async def no_answer() -> bool:
        return False

    monkeypatch.setattr(notebook.stream.publisher, "responds", no_answer)
    slept = 2 * relaying.MAX_IDLE_SECONDS
    assert await _livez(relay) == 200


async def _livez(relay: relaying.Relay) -> int:
    health: Any = Health(relay=relay)
    answer = await health._livez(None)
    return int(answer.status)


async def _is_red(relay: relaying.Relay) -> bool:
    return await _livez(relay) == 503
