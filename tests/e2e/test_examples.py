"""Every call is made on the running system, and answers as its recorded example says.

With ANCHORAGE_EXAMPLES=write, which `make examples` sets, the examples are recorded instead.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from e2e.test_audit_log import Play, play_all

from gateway.openapi import document
from gateway.recorded_examples import FOLDER, Example, recorded_examples
from gateway.table import CALLS
from support.callers import Caller
from support.eventually import Eventually
from support.examples.reading import Reading
from support.examples.recorder import Recorder, recording_session
from support.examples.shapes import differences, shape_of
from support.examples.stable import Stable
from support.matrix.parties import Founder
from support.platform import Platform
from support.sandbox import Controls

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

BY_NAME = {call.name: call for call in CALLS}
DOCUMENT = document(CALLS, "")
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
IS_RECORDING = os.environ.get("ANCHORAGE_EXAMPLES") == "write"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fresh(
    platform: Platform, mongodb_uri: str, eventually: Eventually
) -> AsyncIterator[dict[str, Example]]:
    """An example of every call, recorded now."""
    began, demo = datetime.now(UTC), platform.demo
    recorder, sandbox = Recorder(demo["gateway"]), demo["alipay_sandbox"]
    async with recording_session(recorder) as http:
        play = Play(http, demo["gateway"], f"{sandbox}/sandbox/pay", eventually)
        await play.log_in("ops", demo["ops"])
        await play_all(play, platform, mongodb_uri)
        ops = await Caller(http, demo["gateway"], None).client(demo["ops"])
        founder = Founder(ops, f"{sandbox}/sandbox/pay")
        keys = Path(demo["alipay"]["alipay_public_key_file"]).parent
        world = await founder.world(0)
        await Reading(world, await founder.operators(), recorder, Controls(sandbox, http), keys).all()
    yield {name: Stable(began).example(example) for name, example in recorder.examples.items()}


async def test_every_call_is_made(fresh: dict[str, Example]) -> None:
    assert BY_NAME.keys() - fresh.keys() == set(), "no example was recorded"


@pytest.mark.skipif(not IS_RECORDING, reason="make examples")
async def test_the_examples_are_recorded(fresh: dict[str, Example]) -> None:
    _write(Path(str(FOLDER)), fresh)


def _write(folder: Path, fresh: dict[str, Example]) -> None:
    for file in folder.glob("*.json"):
        if file.stem not in fresh:
            file.unlink()
    for name, example in fresh.items():
        text = json.dumps(example.as_json(), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


async def test_the_platform_answers_as_the_examples_say(fresh: dict[str, Example]) -> None:
    found = {name: _differences(name, example, fresh[name]) for name, example in recorded_examples().items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, "`make examples` records them again"


def _differences(name: str, recorded: Example, now: Example) -> list[str]:
    if recorded.status != now.status:
        return [f"{recorded.status} recorded, {now.status} answered"]
    operation = DOCUMENT["paths"][BY_NAME[name].documented_path][BY_NAME[name].method.lower()]
    places = (operation.get("requestBody", {}), operation["responses"].get(str(now.status), {}))
    found = []
    for place, before, after in zip(
        places, (recorded.request, recorded.answer), (now.request, now.answer), strict=True
    ):
        if before is None or after is None or before.media != after.media:
            found += (
                [] if before == after else [f"{before and before.media} recorded, {after and after.media}"]
            )
            continue
        schema: dict[str, Any] = place.get("content", {}).get(after.media, {}).get("schema", {})
        shapes = [shape_of(body.content, schema, SCHEMAS) for body in (before, after)]
        found += differences(shapes[0], shapes[1])
    return found
