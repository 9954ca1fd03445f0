"""`make test-containers`: the integration tests on testcontainers, then an order in `docker compose`.

Needs a Docker engine and Compose v2. Images other than the official ones can be named: KAFKA_TEST_IMAGE (compatible with
cp-kafka), MONGO_IMAGE, and for compose KAFKA_IMAGE, BASE_IMAGE, or a file of such lines as ANCHORAGE_COMPOSE_ENV.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from compose import place_and_pay
from pymongo import MongoClient
from testcontainers.community.kafka import KafkaContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

ROOT = Path(__file__).resolve().parents[2]
KAFKA = os.environ.get("KAFKA_TEST_IMAGE", "confluentinc/cp-kafka:8.1.0")
MONGO = os.environ.get("MONGO_IMAGE", "mongo:6.0")
SUITES = ("libs/runtime", "services", "apps/alipay_sandbox", "tests/integration")
IN_PARALLEL = ("-n", "auto", "--maxprocesses=4", "--dist=loadfile")


@contextmanager
def parts() -> Iterator[dict[str, str]]:
    """A Kafka and a MongoDB replica set in containers, as the variables that the tests read."""
    kafka = KafkaContainer(KAFKA).with_kraft().with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    mongodb = DockerContainer(MONGO).with_command("--replSet rs0 --bind_ip_all").with_exposed_ports(27017)
    mongodb.waiting_for(LogMessageWaitStrategy("Waiting for connections"))
    try:
        kafka.start(timeout=180)
        mongodb.start()
        address = f"{mongodb.get_container_host_ip()}:{mongodb.get_exposed_port(27017)}"
        with MongoClient[dict[str, object]](f"mongodb://{address}", directConnection=True) as client:
            members = [{"_id": 0, "host": "127.0.0.1:27017"}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        yield {
            "ANCHORAGE_TEST_KAFKA": kafka.get_bootstrap_server(),
            "ANCHORAGE_TEST_MONGODB": f"mongodb://{address}/?directConnection=true",
        }
    finally:
        mongodb.stop()
        kafka.stop()


def integration_tests() -> int:
    """The suites that need real parts, on containers; tests that break their parts start processes of their own."""
    with parts() as variables:
        command = [sys.executable, "-m", "pytest", "-q", *IN_PARALLEL, *SUITES]
        return subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=False).returncode


def compose(*words: str, secrets: Path) -> None:
    """A `docker compose` command with the secrets of a folder; raises CalledProcessError."""
    env_file = os.environ.get("ANCHORAGE_COMPOSE_ENV")
    options = ["--env-file", env_file] if env_file else []
    variables = os.environ | {"ANCHORAGE_SECRETS": str(secrets)}
    subprocess.run(["docker", "compose", *options, *words], cwd=ROOT, env=variables, check=True)


def order_in_compose() -> None:
    """Up with secrets of its own, an order placed and paid, down with its volumes."""
    with tempfile.TemporaryDirectory() as folder:
        secrets = Path(folder) / "secrets"
        subprocess.run([sys.executable, "deploy/docker/make_secrets.py", str(secrets)], cwd=ROOT, check=True)
        try:
            compose("build", secrets=secrets)
            compose("up", "--wait", "--wait-timeout", "300", secrets=secrets)
            asyncio.run(place_and_pay())
        finally:
            compose("down", "--volumes", "--timeout", "15", secrets=secrets)


def main(wanted: Sequence[str]) -> int:
    """What is wanted of "tests" and "compose", or both; says plainly what is missing when Docker does not answer."""
    for probe in (["docker", "info"], ["docker", "compose", "version"]):
        if subprocess.run(probe, capture_output=True, check=False).returncode:
            print(f"`{' '.join(probe)}` does not answer: this target needs a Docker engine and Compose v2.")
            return 1
    if "compose" not in wanted and (code := integration_tests()):
        return code
    if "tests" not in wanted:
        order_in_compose()
        print("an order was placed and paid in docker compose")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
