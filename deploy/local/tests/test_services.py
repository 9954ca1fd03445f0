"""Every service is told all that its settings ask for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from anchorage_local.secrets import Secrets
from anchorage_local.services import STAGES, System, choose_ports, environment
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
def test_a_service_finds_its_settings_in_what_it_is_told(
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


def test_those_who_share_a_secret_are_told_the_same(system: System) -> None:
    told = {name: environment(name, system) for name in ("gateway", "identity", "checkout")}
    assert told["gateway"]["ANCHORAGE_CLICK_SECRET"] == told["checkout"]["ANCHORAGE_CLICK_SECRET"]
    assert told["gateway"]["ANCHORAGE_VIEWER_SECRET"] == told["identity"]["ANCHORAGE_VIEWER_SECRET"]
    assert "ANCHORAGE_OPENID_SECRET" not in told["gateway"]


def test_a_port_of_zero_is_any_free_one(system: System) -> None:
    assert system.ports["gateway"] not in (0, 8080)
    assert system.ports["checkout"] == 8104
