"""The whole platform as `make run` runs it, as processes of its own, on the test run's Kafka and MongoDB."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorage_demo.platforms import load_platforms
from anchorage_local.services import STAGES

READY_SECONDS = 240
STOP_SECONDS = 60
PORTS = tuple(name.upper() for name in (*STAGES, *(platform.slug for platform in load_platforms())))


@dataclass(frozen=True)
class Platform:
    """A running platform: what `demo.json` tells of it, and the folder of its logs and traces."""

    demo: dict[str, Any]
    folder: Path
    prefix: str
    process: subprocess.Popen[bytes]

    def log(self, name: str) -> str:
        """What a service has logged so far."""
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace", encoding="utf-8")


@contextmanager
def running_platform(
    folder: Path,
    prefix: str,
    *,
    kafka: str | None = None,
    mongodb: str | None = None,
    module: str = "anchorage_local",
    **settings: str,
) -> Iterator[Platform]:
    """Everything up with the demo loaded; with `kafka` and `mongodb` None it starts a pair of its own.

    `module` is what is run, with the command `run`. The demo's third-party platforms run only with `platforms="yes"`. `settings` are further ANCHORAGE_* variables, by their names in lower case.
    """
    environment = dict(os.environ) | {
        "ANCHORAGE_DATA": str(folder),
        "ANCHORAGE_PREFIX": prefix,
        "ANCHORAGE_PLATFORMS": "no",
        "ANCHORAGE_MAX_UNPAID_ORDERS": "1000",  # a test's few viewers place hundreds of orders
        **{f"ANCHORAGE_{name}_PORT": "0" for name in PORTS},
        **{f"ANCHORAGE_{name.upper()}": value for name, value in settings.items()},
    }
    if kafka and mongodb:
        environment |= {"ANCHORAGE_KAFKA": kafka, "ANCHORAGE_MONGODB_URI": mongodb}
    else:
        environment |= {"ANCHORAGE_KAFKA_PORT": "0", "ANCHORAGE_MONGODB_PORT": "0"}
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "run"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Platform(_demo(folder, process), folder, prefix, process)
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            if process.poll() is None:
                process.kill()
                process.wait()


class OnePlatform:
    """The one platform that runs for this process's tests: to start another ends it.

    `start(name, **settings)` gets a context manager such as `running_platform`.
    """

    def __init__(self, start: Callable[..., AbstractContextManager[Platform]]) -> None:
        self._start = start
        self._name: str | None = None
        self._stack = ExitStack()
        self._running: Platform | None = None

    def called(self, name: str, **settings: str) -> Platform:
        """The platform of this name, with these further settings; it is started unless it is the one that runs."""
        if self._running is None or self._name != name:
            self.end()
            self._running, self._name = self._stack.enter_context(self._start(name, **settings)), name
        return self._running

    def end(self) -> None:
        """Stop what runs."""
        self._running = None
        self._stack.close()


def _demo(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    file, deadline = folder / "demo.json", time.monotonic() + READY_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(
                f"the platform did not come up:\n{(folder / 'run.log').read_text(encoding='utf-8')[-3000:]}"
            )
        time.sleep(0.2)
    demo: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return demo
