"""Machines that cannot start Kafka and MongoDB, by the names of their system and processor."""

from __future__ import annotations

import pytest

from anchorage_local.platforms import problem

RUNNING_ELSEWHERE = {
    "ANCHORAGE_KAFKA": "kafka:9092",
    "ANCHORAGE_MONGODB_URI": "mongodb://mongo/?replicaSet=rs0",
}
OTHERS = [("Darwin", "arm64"), ("Darwin", "x86_64"), ("Linux", "aarch64"), ("Windows", "AMD64")]


def test_linux_on_x86_64_is_fine() -> None:
    assert problem("Linux", "x86_64", {}) is None


@pytest.mark.parametrize(("system", "machine"), OTHERS)
def test_any_other_machine_gets_its_name_and_the_alternatives(system: str, machine: str) -> None:
    text = problem(system, machine, {})
    assert text
    assert f"{system} on {machine}" in text
    assert "docker compose up --wait" in text
    assert "ANCHORAGE_KAFKA=" in text
    assert "ANCHORAGE_MONGODB_URI=" in text


@pytest.mark.parametrize(("system", "machine"), OTHERS)
def test_a_kafka_and_a_mongodb_that_run_already_will_do_on_any_machine(system: str, machine: str) -> None:
    assert problem(system, machine, RUNNING_ELSEWHERE) is None


@pytest.mark.parametrize("missing", sorted(RUNNING_ELSEWHERE))
def test_one_of_the_two_is_not_enough(missing: str) -> None:
    assert problem("Darwin", "arm64", RUNNING_ELSEWHERE | {missing: ""})
