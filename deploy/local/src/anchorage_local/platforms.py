"""Whether Kafka and MongoDB can be started on this machine, and what to do otherwise.

Also run as a script before anything is installed, so it needs the standard library alone.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping

SUPPORTED = ("Linux", "x86_64")


def problem(system: str, machine: str, environment: Mapping[str, str]) -> str | None:
    """What to do instead on a machine that cannot start Kafka and MongoDB; None when nothing stands in the way.

    `system` and `machine` are as in the `platform` module: `Darwin` and `arm64`, for example.
    """
    if (system, machine) == SUPPORTED:
        return None
    if environment.get("ANCHORAGE_KAFKA") and environment.get("ANCHORAGE_MONGODB_URI"):
        return None
    return f"""This machine is {system} on {machine}. The Kafka and MongoDB that Anchorage starts run on Linux x86-64 only.
Do one of these instead:
  docker compose up --wait
      everything in containers, on any machine with Docker
  ANCHORAGE_KAFKA=<host:port> ANCHORAGE_MONGODB_URI=<uri> make run
      the services here, on a Kafka and a MongoDB (a replica set) that run already
  on Windows: make run, inside WSL 2"""


def problem_here() -> str | None:
    """The same for this machine and this process's environment."""
    return problem(platform.system(), platform.machine(), os.environ)


if __name__ == "__main__":
    if text := problem_here():
        sys.exit(f"error: {text}")
