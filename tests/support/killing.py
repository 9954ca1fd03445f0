"""kill -9 of parts of a running platform, one after the other; its supervisor starts them again."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Sequence

from support.platform import Platform


async def kill_in_turn(
    platform: Platform,
    victims: Sequence[str],
    chance: random.Random,
    killed: list[str],
    *,
    longest_pause: float = 3,
) -> None:
    """Each victim once, in random order and at random moments; the next only when the last is back.

    Names are added to `killed` as it happens.
    """
    for name in chance.sample(victims, len(victims)):
        await asyncio.sleep(chance.uniform(0.2, longest_pause))
        returns = _returns(platform, name)
        os.kill(pid_of(platform, name), signal.SIGKILL)
        killed.append(name)
        while _returns(platform, name) == returns:
            await asyncio.sleep(0.2)


def pid_of(platform: Platform, name: str) -> int:
    """The process of a part, as the supervisor has noted it."""
    children = json.loads((platform.folder / "run.json").read_text(encoding="utf-8"))["children"]
    return int(children[name]["pid"])


def _returns(platform: Platform, name: str) -> int:
    """How often the supervisor has said that it is back."""
    return (
        (platform.folder / "run.log").read_text(errors="replace", encoding="utf-8").count(f"{name} is back")
    )
