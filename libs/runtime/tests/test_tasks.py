"""Background tasks that fail are restarted, and counted."""

from __future__ import annotations

import secrets

import pytest

from runtime import tasks
from runtime.tasks import supervise


async def test_a_task_that_fails_is_restarted_and_each_failure_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "MIN_BACKOFF_SECONDS", 0.0)
    name, runs = f"task-{secrets.token_hex(4)}", []
    counted: list[str] = []
    monkeypatch.setattr(tasks.metrics.background_failures, "add", lambda n, task: counted.append(task))

    async def task() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise ValueError

    await supervise(name, task)
    assert len(runs) == 3
    assert counted == [name, name]
