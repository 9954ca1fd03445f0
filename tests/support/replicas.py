"""A second process of every service of a running platform, on the same Kafka and MongoDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psutil

from anchorage_local.ports import HOST, answers, free_port
from anchorage_local.process import ManagedProcess
from anchorage_local.services import MEASURED
from support.killing import pid_of
from support.platform import Platform


@contextmanager
def second_replicas(platform: Platform) -> Iterator[str]:
    """The address of a second gateway, in front of second replicas of every service; they end with the block."""
    ports = {name: free_port() for name in MEASURED}
    urls = {f"ANCHORAGE_{name.upper()}_URL": f"http://{HOST}:{port}" for name, port in ports.items()}
    with ExitStack() as stack:
        replicas = [_replica(platform, name, ports[name], urls) for name in MEASURED]
        for replica in replicas:
            replica.launch()
            stack.callback(replica.end)
        for replica in replicas:
            replica.wait_ready()
        yield urls["ANCHORAGE_GATEWAY_URL"]


def _replica(platform: Platform, name: str, port: int, urls: dict[str, str]) -> ManagedProcess:
    """The first process's program and environment, with a port, neighbours and an index of its own."""
    first = psutil.Process(pid_of(platform, name))
    own = {
        "ANCHORAGE_PORT": str(port),
        "ANCHORAGE_METRICS_PORT": "0",
        "ANCHORAGE_SEARCH_DIR": str(Path(platform.folder, "search2").resolve()),
        "ANCHORAGE_NOTIFY_URL": urls["ANCHORAGE_GATEWAY_URL"],
    }
    return ManagedProcess(
        f"{name} 2",
        first.cmdline(),
        env=first.environ() | urls | own,
        log=platform.folder / "logs" / f"{name}2.log",
        ready=partial(answers, port, "/readyz"),
    )
