"""Every service gets the environment that its settings need."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from anchorage_local import demo
from anchorage_local.secrets import Secrets
from anchorage_local.services import (
    STAGES,
    System,
    allowed_ports,
    choose_ports,
    environment,
    to_start,
    write_targets,
)
from anchorage_local.settings import LocalSettings

WITH_SETTINGS = [name for name in STAGES if find_spec(name) and find_spec(f"{name}.settings")]


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> System:
    folder = tmp_path_factory.mktemp("data")
    settings = LocalSettings(data=folder, gateway_port=0)
    return System(
        settings=settings,
        kafka="127.0.0.1:29092",
        mongodb="mongodb://127.0.0.1:27117/?replicaSet=rs0",
        ports=choose_ports(settings),
        secrets=Secrets(folder / "secrets"),
        folder=folder,
    )


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_a_service_can_read_its_settings_from_its_environment(
    name: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in environment(name, system).items():
        monkeypatch.setenv(variable, value)
    settings: Any = import_module(f"{name}.settings").Settings()
    port = getattr(settings, "port", None) or getattr(settings, f"{name}_port")
    assert port == system.ports[name]
    assert settings.mongodb_uri == system.mongodb
    for path in [value for _, value in settings if isinstance(value, Path) and value.suffix]:
        assert path.exists()


def test_services_that_share_a_secret_get_the_same_one(system: System) -> None:
    given = {name: environment(name, system) for name in ("gateway", "identity", "checkout", "payment")}
    assert given["gateway"]["ANCHORAGE_CLICK_SECRET"] == given["checkout"]["ANCHORAGE_CLICK_SECRET"]
    assert given["checkout"]["ANCHORAGE_ORDER_SECRET"] == given["payment"]["ANCHORAGE_ORDER_SECRET"]
    assert given["gateway"]["ANCHORAGE_VIEWER_SECRET"] == given["identity"]["ANCHORAGE_VIEWER_SECRET"]
    assert "ANCHORAGE_OPENID_SECRET" not in given["gateway"]


def test_prometheus_finds_the_metrics_of_each_service(system: System) -> None:
    write_targets(system)
    found = json.loads((system.folder / "prometheus.json").read_text(encoding="utf-8"))
    for target in found:
        name = target["labels"]["job"]
        port = environment(name, system)["ANCHORAGE_METRICS_PORT"]
        assert target["targets"] == [f"127.0.0.1:{port}"]
        assert port not in ("0", str(system.ports[name]))
    assert {"gateway", "checkout", "payment"} <= {target["labels"]["job"] for target in found}


def test_port_zero_takes_any_free_port(system: System) -> None:
    assert system.ports["gateway"] not in (0, 8080)
    assert system.ports["checkout"] == 8104


def test_without_demo_data_the_demo_host_app_is_started_only_for_hosts_of_the_user(system: System) -> None:
    assert to_start((), system, with_demo=True) == list(STAGES)
    assert to_start((), system, with_demo=False) == [name for name in STAGES if name != "host_demo"]
    own_hosts = replace(system, overrides={"ANCHORAGE_HOST_DEMO_HOSTS": "[]"})
    assert to_start((), own_hosts, with_demo=False) == list(STAGES)


def test_without_demo_data_demo_json_lets_an_operator_begin(system: System) -> None:
    file = demo.write_file(system, ["gateway", "alipay_sandbox"], demo.without_data(system))
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["gateway"] == system.url("gateway")
    assert content["ops"] == {"client_id": "ops", "client_secret": system.client_secret("ops")}
    assert content["hosts"] == content["owners"] == content["creators"] == content["videos"] == []
    assert "host_demo" not in content
    assert file.stat().st_mode & 0o777 == 0o600


def test_webhooks_may_name_every_port_but_the_platforms_own(system: System) -> None:
    ranges = [
        range(*(int(port) + n for n, port in enumerate(one.rpartition(":")[2].split("-"))))
        for one in allowed_ports(system).split(",")
    ]
    own = {*system.ports.values(), 29092, 27117}
    assert not [port for port in own if any(port in allowed for allowed in ranges)]
    assert sum(map(len, ranges)) == 65_536 - 1_024 - len(own)
