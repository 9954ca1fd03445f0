"""A process ends at each place of the list, with kill -9's suddenness, while a story goes on; the story's outcome is the same.

`make test-failpoints` runs it: the seven services, started again after each crash, are too slow for `make test`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from support.eventually import eventually
from support.failpoints.places import read_list
from support.failpoints.stories import STORIES
from support.failpoints.world import World, running_world

SOON = 10
"""Seconds after a story in which the places of its background work are passed."""
PLACES = read_list()


@pytest_asyncio.fixture(scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, kafka_bootstrap: str, mongodb_uri: str, module_prefix: str
) -> AsyncIterator[World]:
    """One installation for all places that a process of the test run tries."""
    folder = tmp_path_factory.mktemp("world")
    async with running_world(folder, kafka_bootstrap, mongodb_uri, module_prefix) as running:
        yield running


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("place", sorted(PLACES))
async def test_a_crash_changes_no_outcome(world: World, place: str) -> None:
    story = STORIES[PLACES[place]]
    world.armed.arm(place)
    try:
        await story(world)
        if world.armed.passed() is None:  # offsets and positions are stored some seconds later
            await eventually(world.armed.passed, SOON, f"{PLACES[place]} passes {place}")
            await story(world)
    finally:
        world.armed.disarm()
    assert world.armed.passed() == place
    assert world.broken == []
