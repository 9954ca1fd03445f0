"""Every service does its work with the rights in Kafka that the production profile gives it, over TLS."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "containers"))

from compose import place_and_pay

from runtime.kafka.users import Rule
from support.platform import OnePlatform, running_platform
from support.secure_broker import secure_broker

USERS = Path(__file__).parents[2] / "deploy/docker/production/kafka-users.json"
REFUSALS = ("NotAdmitted", "AuthorizationFailed", "AUTHORIZATION_FAILED", "not authorized")


def rules(prefix: str) -> list[Rule]:
    """The rights of the production profile, for an installation with a prefix."""
    found: dict[str, list[dict[str, str]]] = json.loads(USERS.read_text(encoding="utf-8"))
    named = [Rule(user=user, **right) for user, rights in found.items() for right in rights]
    return [
        Rule(rule.user, rule.resource, rule.name if rule.name == "*" else prefix + rule.name, rule.pattern, rule.operation)
        for rule in named
    ]  # fmt: skip


@pytest.mark.timeout(600)
async def test_an_order_is_placed_and_paid_and_no_service_lacks_a_right(
    tmp_path: Path,
    programs: Path,
    mongodb_uri: str,
    module_prefix: str,
    one_platform: OnePlatform,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # for tests/support
    one_platform.end()  # two at once need more than two cores
    folder = tmp_path / "platform"
    folder.mkdir()
    async with secure_broker(tmp_path, programs) as broker:
        granted = rules(module_prefix)
        await broker.store({rule.user for rule in granted}, granted)
        settings = {
            "kafka_ca": str(broker.ca),
            "kafka_username": "setup",
            "kafka_password": "setup-password",
        }
        with running_platform(
            folder, module_prefix, kafka=broker.bootstrap, mongodb=mongodb_uri,
            module="support.own_logins", **settings,
        ) as platform:  # fmt: skip
            await place_and_pay(platform.demo["host_demo"], platform.demo["alipay_sandbox"])
            logs = sorted((folder / "logs").glob("*.log"))
            refused = [
                f"{log.stem}: {line}"
                for log in logs
                for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
                if any(refusal in line for refusal in REFUSALS)
            ]
    assert len(logs) >= 10
    assert not refused, "\n".join(refused[:10])
