"""`python -m anchorage_local run` as a process, over real parts and small services made for the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from anchorage_local.ports import answers, free_port, is_free
from support.eventually import Eventually

SERVICE = """
    import http.server, os, pathlib, signal, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("given", os.environ["ANCHORAGE_KAFKA"], os.environ["ANCHORAGE_PREFIX"], flush=True)
    http.server.HTTPServer((os.environ["ANCHORAGE_HOST"], int(os.environ["ANCHORAGE_PORT"])), Handler).serve_forever()
"""


class Run:
    """A run in a process of its own, with a folder of its own."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = {**os.environ, **env, "ANCHORAGE_DATA": str(folder / "data")}
        self.out = folder / "out.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "anchorage_local", *words]

    def start(self) -> subprocess.Popen[bytes]:
        with self.out.open("ab") as out:
            self.process = subprocess.Popen(
                self.command("run", "--only", "sharecode", "gateway"), env=self.env, stdout=out, stderr=out
            )
        return self.process

    def said(self, text: str, times: int = 1) -> bool:
        said = self.out.read_text(encoding="utf-8")
        assert "error:" not in said, said
        return said.count(text) >= times

    def stop(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("stop"),
            env=self.env,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            encoding="utf-8",
        )

    def port(self, name: str) -> int:
        return int(self.env[f"ANCHORAGE_{name.upper()}_PORT"])

    def service(self, name: str) -> psutil.Process:
        """The process that runs the service now."""
        for process in psutil.process_iter(["cmdline", "environ"]):
            mine = (process.info["environ"] or {}).get("ANCHORAGE_DATA") == self.env["ANCHORAGE_DATA"]
            if mine and (process.info["cmdline"] or [])[-2:] == ["-m", name]:
                return process
        raise AssertionError(f"{name} does not run")


@pytest.fixture
def run(tmp_path: Path, kafka_bootstrap: str, mongodb_uri: str, prefix: str) -> Iterator[Run]:
    for name in ("sharecode", "gateway"):
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "__init__.py").touch()
        (tmp_path / "services" / name / "__main__.py").write_text(dedent(SERVICE), encoding="utf-8")
    run = Run(
        tmp_path,
        {
            "PYTHONPATH": str(tmp_path / "services"),
            "ANCHORAGE_KAFKA": kafka_bootstrap,
            "ANCHORAGE_MONGODB_URI": mongodb_uri,
            "ANCHORAGE_PREFIX": prefix,
            "ANCHORAGE_GATEWAY_PORT": str(free_port()),
            "ANCHORAGE_SHARECODE_PORT": str(free_port()),
        },
    )
    yield run
    if run.process and run.process.poll() is None:
        run.process.terminate()
        run.process.wait(30)


async def test_a_run_makes_the_topics_starts_the_services_and_stops_on_request(
    run: Run, prefix: str, kafka_bootstrap: str, eventually: Eventually
) -> None:
    process = run.start()
    await eventually(lambda: run.said("Anchorage is running"), within=30, what="the run to be up")
    assert answers(run.port("gateway"), "/readyz")
    assert f"given {kafka_bootstrap} {prefix}" in (run.folder / "data" / "logs" / "gateway.log").read_text(
        encoding="utf-8"
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        assert f"{prefix}orders" in await admin.list_topics()
    finally:
        await admin.close()

    stopped = run.stop()
    assert (stopped.returncode, process.wait(10)) == (0, 0)
    assert "stopped" in stopped.stdout
    assert run.out.read_text(encoding="utf-8").index("stopping gateway") < run.out.read_text(
        encoding="utf-8"
    ).index("stopping sharecode")
    assert is_free(run.port("gateway"))
    assert is_free(run.port("sharecode"))


async def test_a_service_that_is_killed_comes_back(run: Run, eventually: Eventually) -> None:
    run.start()
    await eventually(lambda: run.said("Anchorage is running"), within=30, what="the run to be up")
    run.service("sharecode").kill()
    await eventually(lambda: run.said("sharecode is back"), within=20, what="sharecode to be back")
    assert run.said("sharecode has ended (killed by SIGKILL)")
    assert answers(run.port("sharecode"), "/readyz")


async def test_a_run_killed_halfway_does_not_block_the_next(run: Run, eventually: Eventually) -> None:
    first = run.start()
    await eventually(lambda: run.said("Anchorage is running"), within=30, what="the run to be up")
    stuck = run.service("gateway")
    stuck.suspend()  # it cannot end by itself when its parent does
    first.kill()
    first.wait()
    run.start()
    await eventually(
        lambda: run.said("Anchorage is running", times=2), within=60, what="the second run to be up"
    )
    assert run.said("processes that an earlier run left behind")
    assert not stuck.is_running()


async def test_ctrl_c_ends_a_run_in_order(run: Run, eventually: Eventually) -> None:
    process = run.start()
    await eventually(lambda: run.said("Anchorage is running"), within=30, what="the run to be up")
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert is_free(run.port("gateway"))


def test_a_port_in_use_stops_the_run_before_anything_starts(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.port("gateway"))):
        process = run.start()
        assert process.wait(30) == 1
    text = run.out.read_text(encoding="utf-8")
    assert f"error: gateway needs port {run.port('gateway')}" in text
    assert "ANCHORAGE_GATEWAY_PORT=<port>" in text
    assert not (run.folder / "data" / "logs").exists()


def test_a_variable_that_cannot_be_used_stops_the_run_and_is_named(run: Run) -> None:
    run.env["ANCHORAGE_PORT"] = "8080"
    assert run.start().wait(30) == 1
    assert "error: ANCHORAGE_PORT cannot be set for `make run`: " in run.out.read_text(encoding="utf-8")


async def test_a_variable_without_effect_is_reported(run: Run, eventually: Eventually) -> None:
    run.env["ANCHORAGE_KAFKA_PORT"] = "31000"
    run.start()
    await eventually(lambda: run.said("Anchorage is running"), within=30, what="the run to be up")
    assert run.said("warning: ANCHORAGE_KAFKA_PORT has no effect: ANCHORAGE_KAFKA is set")


def test_a_kafka_that_does_not_answer_is_named(run: Run) -> None:
    nowhere = run.env["ANCHORAGE_KAFKA"] = f"127.0.0.1:{free_port()}"
    assert run.start().wait(60) == 1
    assert f"error: the topics could not be created on the Kafka at {nowhere}: " in run.out.read_text(
        encoding="utf-8"
    )


def test_a_wrong_setting_names_its_variable(run: Run) -> None:
    run.env["ANCHORAGE_GATEWAY_PORT"] = "eighty"
    assert run.start().wait(30) == 2
    assert "error: ANCHORAGE_GATEWAY_PORT: " in run.out.read_text(encoding="utf-8")
