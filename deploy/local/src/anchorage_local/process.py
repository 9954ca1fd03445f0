"""One child process with a log file: start it, wait until it is ready, stop it."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import mirakuru.base
from mirakuru import Executor
from mirakuru.exceptions import ProcessFinishedWithError, TimeoutExpired

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 32 * 1024 * 1024
"""Size in bytes from which a log is renamed to `<name>.log.1` at the next start."""
TAIL_BYTES = 64 * 1024
STACK_FRAME = ("\tat ", "\t... ")
DISK_FULL = "No space left on device"

# At exit mirakuru kills every process on the machine whose marker contains the digits of our pid anywhere, which may be
# another run's Kafka. Our children end with us by other means (see `_in_child`).
atexit.unregister(mirakuru.base.cleanup_subprocesses)

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class StartFailed(Exception):
    """A process ended or was not ready in time; the text names its log."""


def _in_child() -> None:
    """Runs in the child before its program. A process group of its own, so that Ctrl-C reaches only us; SIGTERM from the
    kernel when we die, so that a kill -9 of this process leaves nothing running."""
    os.setsid()
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class ManagedProcess(Executor):
    """A process that is `ready()` some time after its start.

    `env` is added to this process's own environment. `ready` is polled about ten times a second and returns False or
    raises OSError until the process serves. Start it from the main thread: the kernel's signal on our death is bound to
    the thread that started the child.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        ready: Callable[[], bool],
        env: Mapping[str, str] | None = None,
        start_timeout: float = 120,
        stop_timeout: float = 15,
    ) -> None:
        super().__init__(
            list(command), timeout=start_timeout, envvars=dict(env or {}), stdin=None, stdout=None
        )
        self.name = name
        self.log = log
        self._ready = ready
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout

    @property
    def _popen_kwargs(self) -> dict[str, Any]:
        return {**super()._popen_kwargs, "preexec_fn": _in_child, "stdin": subprocess.DEVNULL}

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def launch(self) -> None:
        """Start the process and return at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        self._timeout = self._start_timeout
        with self.log.open("ab") as output:
            self._stdout = self._stderr = output
            super(Executor, self).start()

    def wait_ready(self) -> None:
        """Wait until the process serves.

        Raises StartFailed if it ends first, or after `start_timeout`, when it is killed.
        """
        try:
            self.wait_for(self._serves)
        except TimeoutExpired:
            raise StartFailed(
                f"{self.name} did not serve within {self._start_timeout:.0f} s\n{self.log_tail()}"
            ) from None

    def start(self) -> ManagedProcess:
        """Start the process and wait until it serves."""
        self.launch()
        self.wait_ready()
        return self

    def _serves(self) -> bool:
        if not self.running():
            ended = self.how_it_ended()
            self.forget()
            raise StartFailed(f"{self.name} has ended while starting ({ended})\n{self.log_tail()}")
        return self.is_ready()

    def is_ready(self) -> bool:
        """Whether the process serves now."""
        try:
            return self._ready()
        except OSError:
            return False

    def how_it_ended(self) -> str:
        """For messages: `exit code 1`, `killed by SIGKILL`."""
        code = self.process.poll() if self.process else None
        return f"killed by {signal.Signals(-code).name}" if code and code < 0 else f"exit code {code}"

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process group, if it runs."""
        if self.process and self.running():
            os.killpg(self.process.pid, number)

    def kill_now(self) -> None:
        """Kill the process group. `how_it_ended` still works afterwards."""
        self.send(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def forget(self) -> None:
        """Release a process that has ended, and kill what it left behind."""
        self.kill()

    def end(self) -> None:
        """Stop the process: SIGTERM, then SIGKILL to its whole group after `stop_timeout`."""
        self._timeout = self._stop_timeout
        with suppress(ProcessFinishedWithError):  # any exit code after SIGTERM is fine, e.g. 143 of a JVM
            self.stop()

    def log_tail(self, lines: int = 20) -> str:
        """The end of the log without Java's stack frames, for an error message; a full disk is named first."""
        if not self.log.exists():
            return f"(no log at {self.log})"
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
            said = log.read().decode("utf-8", "replace").splitlines()
        tail = [line for line in said if not line.startswith(STACK_FRAME)][-lines:]
        full = ["The disk is full; free some space."] if any(DISK_FULL in line for line in said) else []
        return "\n".join([*full, f"--- end of {self.log}", *tail])
