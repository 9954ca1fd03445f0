"""Change streams: polled in batches, closed reliably, resumed or reported as lost."""

import asyncio
from contextlib import aclosing

import pytest
from runtime_support.notebook import Notebook

from runtime.mongo import change_stream
from runtime.mongo.change_stream import HistoryLost, at_interval, operation_time, poll
from runtime.mongo.client import Document
from runtime.tasks import end


@pytest.mark.parametrize("turn", range(3))
async def test_a_stream_can_be_closed_at_any_moment(notebook: Notebook, turn: int) -> None:
    """PyMongo may overlook a cancellation that comes while it sends; what comes right after a change does."""
    start = {"start_at_operation_time": await operation_time(notebook.db)}
    await notebook.take("n1", "one")
    async with asyncio.timeout(5), aclosing(poll(notebook.db, [], start, at_interval(0.01))) as polls:
        async for found in polls:
            if found.changes:
                break


async def test_changes_since_the_last_poll_come_as_one_batch(notebook: Notebook) -> None:
    start = {"start_at_operation_time": await operation_time(notebook.db)}
    for n in range(20):
        await notebook.take(f"n{n}", "one")
    sizes: list[int] = []
    async with aclosing(poll(notebook.db, [], start, at_interval(0.01))) as polls:
        async for found in polls:
            sizes.append(len(found.changes))
            if sum(sizes) == 20:
                break
            await asyncio.sleep(0.2)
    assert max(sizes) > 1


async def test_a_full_poll_is_followed_by_another_at_once(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_stream, "MAX_CHANGES", 4)
    start = {"start_at_operation_time": await operation_time(notebook.db)}
    for note in "abcdefghij":
        await notebook.take(note, note)
    seen: list[str] = []
    async with asyncio.timeout(30), aclosing(poll(notebook.db, [], start, at_interval(3_600))) as polls:
        async for found in polls:
            seen += [change["documentKey"]["_id"] for change in found.changes]
            if len(seen) >= 8:
                break
    assert seen == list("abcdefghij")[: len(seen)]


async def test_a_dropped_database_ends_the_stream_with_a_reason(notebook: Notebook) -> None:
    start = {"start_at_operation_time": await operation_time(notebook.db)}
    await notebook.take("n1", "one")
    await notebook.db.client.drop_database(notebook.db.name)
    with pytest.raises(HistoryLost, match="dropped"):
        await _follow(notebook, start)


async def _follow(notebook: Notebook, start: Document) -> None:
    async with asyncio.timeout(10), aclosing(poll(notebook.db, [], start, at_interval(0.01))) as polls:
        async for _ in polls:
            pass


@pytest.mark.parametrize(
    "token", [{}, {"_data": ""}, {"_data": "zz"}, {"_data": "8263000001"}, "not even a document"]
)
async def test_an_unusable_position_is_history_lost(notebook: Notebook, token: Document | str) -> None:
    with pytest.raises(HistoryLost):
        await _follow(notebook, {"resume_after": token})


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    overlooked = 0

    async def deaf_once() -> None:
        nonlocal overlooked
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            overlooked += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    await end(task)
    assert (overlooked, task.cancelled()) == (1, True)


async def test_ending_a_task_can_be_cancelled_too() -> None:
    async def deaf() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if stop:
                    raise

    stop = False
    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await end(task)
    stop = True
    await end(task)


async def test_a_stream_that_is_closed_leaves_no_cursor_on_the_server(notebook: Notebook) -> None:
    start = {"start_at_operation_time": await operation_time(notebook.db)}
    async with aclosing(poll(notebook.db, [], start, at_interval(0.01))) as polls:
        await anext(polls)
        assert await _cursors(notebook) == 1
    assert await _cursors(notebook) == 0


async def _cursors(notebook: Notebook) -> int:
    idle = [
        {"$currentOp": {"idleCursors": True, "allUsers": True}},
        {"$match": {"type": "idleCursor", "ns": {"$regex": f"^{notebook.db.name}"}}},
    ]
    return len(await (await notebook.db.client.admin.aggregate(idle)).to_list())
