"""Fair admission, for any order of calls coming, ending and giving up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.admission import Gate, Limits
from gateway.callers import Caller
from runtime.web.problems import Problem

NEVER = 3600.0
CALLERS = [Caller(f"host {group}", name) for group in "ab" for name in ("", "1", "2", "3")]


@dataclass
class Crowd:
    """Calls at a gate: each holds its place until it is told to end."""

    gate: Gate
    started: list[Caller] = field(default_factory=list)
    inside: list[tuple[Caller, asyncio.Event]] = field(default_factory=list)
    tasks: list[asyncio.Task[int]] = field(default_factory=list)

    async def comes(self, caller: Caller) -> asyncio.Task[int]:
        task = asyncio.create_task(self._call(caller))
        self.tasks.append(task)
        await _settle()
        return task

    async def _call(self, caller: Caller) -> int:
        try:
            async with self.gate.turn(caller):
                end = asyncio.Event()
                self.started.append(caller)
                self.inside.append((caller, end))
                try:
                    await end.wait()
                finally:
                    self.inside.remove((caller, end))
        except Problem as problem:
            return problem.status
        return 200

    async def one_ends(self, which: int = 0) -> None:
        if self.inside:
            self.inside[which % len(self.inside)][1].set()
            await _settle()

    async def all_end(self) -> None:
        while self.inside:
            await self.one_ends()

    @property
    def waiting(self) -> int:
        return sum(not task.done() for task in self.tasks) - len(self.inside)


async def _settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


def gate(**changed: float) -> Gate:
    limits = {"at_once": 4, "each_group": 3, "each_caller": 3, "waiting": 6, "seconds": NEVER} | changed
    return Gate("test", Limits(**limits))  # type: ignore[arg-type]


async def test_a_flood_of_one_host_leaves_places_to_others() -> None:
    crowd = Crowd(gate())
    for _ in range(5):
        await crowd.comes(Caller("host a"))
    assert (len(crowd.inside), crowd.waiting) == (3, 2)
    await crowd.comes(Caller("host b", "1"))
    assert crowd.started[-1] == Caller("host b", "1")
    await crowd.all_end()


async def test_those_who_wait_take_turns_by_host_and_by_viewer() -> None:
    crowd = Crowd(gate(at_once=1, each_caller=9, waiting=20))
    flood, calm, other = Caller("host a", "flood"), Caller("host a", "calm"), Caller("host b", "1")
    await crowd.comes(flood)
    for caller in (flood, flood, flood, calm, other, other):
        await crowd.comes(caller)
    await crowd.all_end()
    assert crowd.started == [flood, flood, other, calm, other, flood, flood]


async def test_one_viewer_cannot_have_more_calls_than_the_limit() -> None:
    crowd = Crowd(gate())
    for _ in range(3):
        await crowd.comes(Caller("host a", "1"))
    assert await (await crowd.comes(Caller("host a", "1"))) == 429
    await crowd.all_end()


async def test_a_full_queue_refuses_whoever_has_most_waiting() -> None:
    crowd = Crowd(gate(at_once=1, each_caller=9))
    await crowd.comes(Caller("host b", "1"))
    flood = [await crowd.comes(Caller("host a", "flood")) for _ in range(6)]
    calm = await crowd.comes(Caller("host b", "2"))
    assert await flood[-1] == 429
    assert await (await crowd.comes(Caller("host a", "flood"))) == 429
    neighbour = await crowd.comes(Caller("host a", "calm"))
    assert await flood[-2] == 429
    await crowd.all_end()
    assert (await calm, await neighbour) == (200, 200)


async def test_whoever_waits_too_long_is_told_to_come_back() -> None:
    crowd = Crowd(gate(at_once=1, seconds=0.01))
    await crowd.comes(Caller("host a", "1"))
    assert await (await crowd.comes(Caller("host b", "1"))) == 503
    await crowd.all_end()


async def test_a_place_that_is_given_to_someone_who_just_left_goes_to_the_next() -> None:
    crowd = Crowd(gate(at_once=1))
    await crowd.comes(Caller("host a", "1"))
    leaving = await crowd.comes(Caller("host b", "1"))
    staying = await crowd.comes(Caller("host b", "2"))
    crowd.inside[0][1].set()
    for _ in range(2):
        await asyncio.sleep(0)
    leaving.cancel()
    await _settle()
    assert [caller for caller, _ in crowd.inside] == [Caller("host b", "2")]
    await crowd.all_end()
    assert await staying == 200


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.sampled_from(CALLERS)),
        st.tuples(st.just("ends"), st.integers(0, 3)),
        st.tuples(st.just("leaves"), st.integers(0, 50)),
    ),
    max_size=60,
)


@settings(max_examples=150)
@given(STEPS)
def test_the_limits_hold_and_every_place_comes_back(steps: list[tuple[str, object]]) -> None:
    async def play() -> None:
        door = gate()
        crowd = Crowd(door)
        for what, value in steps:
            if what == "comes":
                assert isinstance(value, Caller)
                await crowd.comes(value)
            elif what == "ends":
                assert isinstance(value, int)
                await crowd.one_ends(value)
            elif crowd.tasks:
                assert isinstance(value, int)
                crowd.tasks[value % len(crowd.tasks)].cancel()
                await _settle()
            running = [caller for caller, _ in crowd.inside]
            groups = [caller.group for caller in running]
            assert len(running) == door.running <= 4
            assert all(groups.count(group) <= 3 for group in set(groups))
            assert all(running.count(caller) <= 3 for caller in running if caller.name)
            assert crowd.waiting <= 6
            if len(running) < 4:
                waiting = door._waiting
                assert all(groups.count(group) == 3 for group in waiting), "nobody waits for a free place"
        await crowd.all_end()
        await asyncio.gather(*crowd.tasks, return_exceptions=True)
        assert (door.running, dict(door._calls), door._waiting) == (0, {}, {})

    asyncio.run(play())


async def test_a_viewer_waits_for_no_more_than_one_call_of_each_other() -> None:
    crowd = Crowd(gate(at_once=1, each_group=1, each_caller=100, waiting=200))
    for _ in range(50):
        await crowd.comes(Caller("host a", "flood"))
    await crowd.comes(Caller("host a", "calm"))
    await crowd.one_ends()
    await crowd.one_ends()
    assert Caller("host a", "calm") in crowd.started[:3]
    await crowd.all_end()


async def test_a_gate_without_a_queue_refuses_at_once() -> None:
    crowd = Crowd(gate(waiting=0))
    for _ in range(3):
        await crowd.comes(Caller("host a"))
    assert await (await crowd.comes(Caller("host a"))) == 429
    await crowd.comes(Caller("host b"))
    assert await (await crowd.comes(Caller("host c"))) == 503
    await crowd.all_end()
