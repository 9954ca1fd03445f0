"""Starts a real OpenSearch around a command: `python -m bench.opensearch FOLDER COMMAND …`.

One node from the jars of Maven Central, on a free loopback port, in a temporary folder; no Docker. The command gets its
address in ANCHORAGE_TEST_OPENSEARCH.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import parts

RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner"
HEAP = "1g"
PORTS = range(9_201, 9_299)
"""The runner accepts no others."""
START_SECONDS = 180.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.5
ADDRESS = "ANCHORAGE_TEST_OPENSEARCH"


class NotStarted(RuntimeError):
    """It ended, or did not answer in time; the text ends with its log."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of an empty OpenSearch; its jars are kept below `folder`. Raises NotStarted."""
    jars = parts.opensearch(folder).resolve()
    with tempfile.TemporaryDirectory(prefix="opensearch-") as data:
        http = _free_port()
        log_file = Path(data) / "log"
        # the first node of a runner listens one above the base of its ports
        command = ["java", f"-Xms{HEAP}", f"-Xmx{HEAP}", "-cp", f"{jars}/*", RUNNER, "-basePath", f"{data}/node", "-numOfNode", "1",
                   "-baseHttpPort", str(http - 1), "-clusterName", "anchorage-measured"]  # fmt: skip
        with log_file.open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=data)  # noqa: S603
        try:
            url = f"http://127.0.0.1:{http}"
            _wait(url, process, log_file)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotStarted(f"no port is free from {PORTS[0]} to {PORTS[-1]}")


def _wait(url: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s") as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(POLL_SECONDS)
    raise NotStarted(
        f"OpenSearch does not answer at {url}:\n{log_file.read_text(errors='replace', encoding='utf-8')[-2000:]}"
    )


def main() -> int:
    """Run the command while OpenSearch runs; returns the command's exit code."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    with running(Path(sys.argv[1])) as url:
        return subprocess.run(sys.argv[2:], env=os.environ | {ADDRESS: url}, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
