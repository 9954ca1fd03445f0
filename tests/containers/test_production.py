"""`compose.production.yml`: closed containers, one way in, a login for each service, and secrets that fit together."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
MAKE = ROOT / "deploy/docker/make_secrets.py"
FILE = ROOT / "compose.production.yml"
SERVICES = sorted(file.parent.name for file in ROOT.glob("services/*/pyproject.toml"))
HEALTHLESS = {"certificates", "kafka-setup", "mongodb-setup", "anchorage"}
"""Containers that end by themselves."""


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MAKE), *arguments], capture_output=True, encoding="utf-8", check=False
    )


def variables_of(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("production") / "secrets"
    assert make("--production", str(made)).returncode == 0
    return made


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def env_file(service: dict[str, Any], folder: Path) -> dict[str, str]:
    [name] = service["env_file"]
    return variables_of(folder / Path(name).name)


def test_every_service_runs_and_nothing_of_the_demo_does(services: dict[str, Any]) -> None:
    others = {"certificates", "kafka", "kafka-setup", "mongodb", "mongodb-setup", "edge", "anchorage"}
    assert services.keys() == {*SERVICES, *others}


def test_containers_have_no_rights_limits_on_resources_and_on_logs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert "restart" in service, name
        assert service["deploy"]["resources"]["limits"].keys() == {"memory", "cpus", "pids"}, name
    assert {name for name, service in services.items() if "cap_add" in service} == {"certificates"}


def test_only_the_edge_is_published_and_only_the_gateway_is_behind_it(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["edge"]
    assert {name for name, service in services.items() if "front" in service.get("networks", [])} == {
        "edge",
        "gateway",
    }


def test_stores_have_no_way_out(compose: dict[str, Any]) -> None:
    assert compose["networks"]["stores"] == {"internal": True}
    for name in ("kafka", "mongodb"):
        assert compose["services"][name]["networks"] == ["stores"]


def test_every_process_that_stays_has_a_health_check(services: dict[str, Any]) -> None:
    for name, service in services.items():
        image_has_one = name in SERVICES
        assert (
            name in HEALTHLESS or image_has_one or service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
        ), name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_the_settings_that_it_needs_and_a_login_of_its_own(
    name: str, services: dict[str, Any], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([sys.executable, ROOT / "deploy/docker/production/certificates.py", tmp_path], check=True)
    stated = {n: str(v) for n, v in services[name]["environment"].items()}
    assert stated["ANCHORAGE_KAFKA_CA"] == "/certificates/trust/ca.crt"
    stated |= {"ANCHORAGE_KAFKA_CA": str(tmp_path / "trust/ca.crt"), "ANCHORAGE_TRACE_RATIO": "0.1"}
    given = env_file(services[name], folder) | stated
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings: type[ServiceSettings] = import_module(f"{name}.settings").Settings
    made = settings()
    assert made.kafka_username == name
    passwords = variables_of(folder / "kafka.env")
    assert passwords[f"KAFKA_PASSWORD_{name.upper()}"] == made.kafka_password
    known = {f"ANCHORAGE_{field.upper()}" for field in settings.model_fields}
    assert {variable for variable in given if variable.startswith("ANCHORAGE_")} <= known


def test_every_user_of_kafka_has_a_password_and_every_password_a_user(folder: Path) -> None:
    text = (ROOT / "deploy/docker/production/kafka-users.json").read_text(encoding="utf-8")
    users = {f"KAFKA_PASSWORD_{user.upper()}" for user in json.loads(text)}
    assert users == variables_of(folder / "kafka.env").keys()


def test_users_of_mongodb_speak_tls_and_have_the_passwords_that_are_stored(folder: Path) -> None:
    stored = variables_of(folder / "mongodb-users.env")
    text = (ROOT / "deploy/docker/production/mongodb_setup.js").read_text(encoding="utf-8")
    with_database = set(json.loads(text.split("const services = ")[1].split(";")[0]))
    for name in with_database | {"operator"}:
        uri = variables_of(folder / f"{name}.env")["ANCHORAGE_MONGODB_URI"]
        assert f"mongodb://{name}:{stored[f'{name.upper()}_PASSWORD']}@mongodb:27017/" in uri
        assert "tls=true&tlsCAFile=/certificates/trust/ca.crt" in uri
    root = variables_of(folder / "mongodb.env")
    assert root["MONGO_INITDB_ROOT_PASSWORD"] == stored["MONGO_INITDB_ROOT_PASSWORD"]
    assert root.keys() == {"MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD", "MONGODB_KEY"}


def test_a_user_gets_new_passwords_and_nobody_else_does(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make("--production", str(folder))
    before = {file.name: variables_of(file) for file in folder.glob("*.env")}
    assert make("--rotate", "checkout", str(folder)).returncode == 0
    after = {file.name: variables_of(file) for file in folder.glob("*.env")}
    changed = {
        (file, name)
        for file, held in after.items()
        for name, value in held.items()
        if before[file][name] != value
    }
    assert changed == {
        ("checkout.env", "ANCHORAGE_KAFKA_PASSWORD"),
        ("checkout.env", "ANCHORAGE_MONGODB_URI"),
        ("kafka.env", "KAFKA_PASSWORD_CHECKOUT"),
        ("mongodb-users.env", "CHECKOUT_PASSWORD"),
    }
    assert after["checkout.env"]["ANCHORAGE_KAFKA_PASSWORD"] == after["kafka.env"]["KAFKA_PASSWORD_CHECKOUT"]
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    wrong = make("--rotate", "chekout", str(folder))
    assert wrong.returncode == 1
    assert "has no user chekout" in wrong.stderr


def _has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return not subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode


@pytest.mark.skipif(not _has_compose(), reason="Docker with Compose v2 reads the file")
def test_compose_accepts_the_file(folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "production.env"
    settings.write_text(
        f"ANCHORAGE_PRODUCTION_SECRETS={folder}\nANCHORAGE_MERCHANTS={tmp_path}\nEDGE_HOST=shop.example.com\n",
        encoding="utf-8",
    )
    command = [
        "docker",
        "compose",
        "--env-file",
        str(settings),
        "-f",
        str(FILE),
        "config",
        "--format",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["services"]
    assert found["payment"]["environment"]["ANCHORAGE_PUBLIC_URL"] == "https://shop.example.com"
