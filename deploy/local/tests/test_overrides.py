"""What the user sets in the environment is used, refused or reported, never silently replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from anchorage_local import overrides as module
from anchorage_local.overrides import REFUSED, CannotBeSet, overrides, without_effect
from anchorage_local.secrets import Secrets
from anchorage_local.services import STAGES, System, choose_ports, environment
from anchorage_local.settings import LocalSettings

PER_PROCESS = {
    "ANCHORAGE_PORT",
    "ANCHORAGE_METRICS_PORT",
    *(f"ANCHORAGE_{name.upper()}_PORT" for name in STAGES),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of all these tests: a new one would cost the sandbox's keys each time."""
    return tmp_path_factory.mktemp("data")


def system(folder: Path, **variables: str) -> System:
    """A planned run of a user who has set these variables."""
    settings = LocalSettings(data=folder)
    return System(
        settings=settings,
        kafka=settings.kafka or "127.0.0.1:29092",
        mongodb=settings.mongodb_uri or "mongodb://127.0.0.1:27117/?replicaSet=rs0",
        ports=choose_ports(settings),
        secrets=Secrets(folder / "secrets"),
        folder=folder,
        overrides=overrides(variables),
    )


def every_variable(folder: Path) -> list[tuple[str, str]]:
    """Each variable that a run gives to a service, with the service."""
    planned = system(folder)
    return [(name, variable) for name in STAGES for variable in environment(name, planned)]


def test_every_variable_of_every_service_is_the_users_if_set(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: Mapping[str, str] = {
        "ANCHORAGE_KAFKA": "kafka:9092",
        "ANCHORAGE_MONGODB_URI": "mongodb://mongo/?replicaSet=rs0",
        "ANCHORAGE_PREFIX": "mine_",
        "ANCHORAGE_TRACE_RATIO": "0.75",
        "ANCHORAGE_ALIPAY_SANDBOX_KEYS": str(data / "keys"),
    }
    replaced = []
    for name, variable in every_variable(data):
        if variable in REFUSED or variable in PER_PROCESS:
            continue
        value = values.get(variable, "the-users-own")
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            if environment(name, system(data, **{variable: value}))[variable] != value:
                replaced.append((name, variable))
    assert not replaced


@pytest.mark.parametrize("name", STAGES)
def test_the_port_of_each_service_is_the_users(
    name: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = f"ANCHORAGE_{name.upper()}_PORT"
    monkeypatch.setenv(variable, "31999")
    planned = system(data, **{variable: "31999"})
    assert environment(name, planned)["ANCHORAGE_PORT"] == "31999"
    assert planned.url(name) == "http://127.0.0.1:31999"


@pytest.mark.parametrize("variable", sorted(REFUSED))
def test_a_variable_that_cannot_be_used_is_refused_with_the_reason(variable: str) -> None:
    with pytest.raises(CannotBeSet, match=rf"{variable} cannot be set for `make run`: .+ANCHORAGE_"):
        overrides({variable: "0.0.0.0"})


def test_a_refused_variable_may_hold_what_is_used_anyway() -> None:
    overrides({"ANCHORAGE_HOST": "127.0.0.1"})


def test_an_empty_variable_counts_as_not_set(data: Path) -> None:
    assert overrides({"ANCHORAGE_MEDIA_DIR": "", "ANCHORAGE_HOST": ""}) == {}


@pytest.mark.parametrize(
    ("variable", "value"), [("ANCHORAGE_SEARCH_HYBRID", "models"), ("ANCHORAGE_SEARCH_ENGINE", "opensearch")]
)
def test_a_setting_whose_package_is_not_installed_is_refused(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(CannotBeSet, match=f"{variable}={value} needs the package .+ `make install`"):
        overrides({variable: value})
    overrides({"ANCHORAGE_SEARCH_ENGINE": "embedded"})


def test_the_operator_is_the_users(data: Path) -> None:
    planned = system(data, ANCHORAGE_OPS_CLIENT_ID="root", ANCHORAGE_OPS_CLIENT_SECRET="s" * 32)
    told = environment("identity", planned)
    assert (planned.ops_client, planned.client_secret("root")) == ("root", "s" * 32)
    assert (told["ANCHORAGE_OPS_CLIENT_ID"], told["ANCHORAGE_OPS_CLIENT_SECRET"]) == ("root", "s" * 32)
    assert planned.client_secret("another") != "s" * 32


def test_pictures_are_drawn_into_the_users_folder(data: Path) -> None:
    assert system(data, ANCHORAGE_MEDIA_DIR=str(data / "mine")).media == data / "mine"


def test_notices_of_the_sandbox_stay_on_this_machine_unless_the_user_has_merchants(data: Path) -> None:
    public = "https://shop.example"
    behind_a_proxy = environment("payment", system(data, ANCHORAGE_PUBLIC_URL=public))
    assert behind_a_proxy["ANCHORAGE_PUBLIC_URL"] == public
    assert behind_a_proxy["ANCHORAGE_NOTIFY_URL"] == "http://127.0.0.1:8080"
    own = system(data, ANCHORAGE_PUBLIC_URL=public, ANCHORAGE_ALIPAY_MERCHANTS="merchants.json")
    assert "ANCHORAGE_NOTIFY_URL" not in environment("payment", own)


@pytest.mark.parametrize(
    ("address", "port"),
    [("ANCHORAGE_KAFKA", "ANCHORAGE_KAFKA_PORT"), ("ANCHORAGE_MONGODB_URI", "ANCHORAGE_MONGODB_PORT")],
)
def test_a_port_without_effect_is_reported(address: str, port: str) -> None:
    [line] = without_effect({address: "elsewhere", port: "31000"})
    assert line.startswith(f"{port} has no effect: {address} is set")
    assert without_effect({port: "31000"}) == []
