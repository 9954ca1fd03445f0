"""What `docker-compose.yml` needs, as far as it can be seen without Docker: secrets, variables, and settings of every service."""

from __future__ import annotations

import re
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
SERVICES = (
    "catalog",
    "checkout",
    "feeds",
    "gateway",
    "identity",
    "payment",
    "search",
    "sharecode",
    "webhooks",
)
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")
"""`${NAME}`, `${NAME:-default}` or `${NAME:?message}`, without another inside."""
SECRET = re.compile(r"(?i)(password|secret|token|key)s?\s*[:=]\s*['\"]?\w{8,}|mongodb://")


def make(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MAKE), str(folder)], capture_output=True, encoding="utf-8", check=False
    )


def variables_of(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("compose") / "secrets"
    assert make(made).returncode == 0
    return made


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


def env_files(service: dict[str, Any]) -> list[str]:
    return [Path(file).name for file in service.get("env_file", ())]


def with_defaults(text: str) -> str:
    """The text with every default in its place, from the inside out."""
    while (after := VARIABLE.sub(lambda found: found[3] or "", text)) != text:
        text = after
    return text


def given(service: dict[str, Any], folder: Path) -> dict[str, str]:
    """The variables of a container, with the defaults of the file."""
    stated = {name: with_defaults(str(value)) for name, value in service.get("environment", {}).items()}
    return {n: v for file in env_files(service) for n, v in variables_of(folder / file).items()} | stated


class TestTheSecrets:
    def test_only_their_owner_can_read_them(self, folder: Path) -> None:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}

    def test_each_is_new_long_and_in_the_files_of_those_who_share_it(
        self, folder: Path, tmp_path: Path
    ) -> None:
        make(tmp_path / "others")
        found: dict[str, set[str]] = {}
        for file in folder.glob("*.env"):
            others = variables_of(tmp_path / "others" / file.name)
            for name, value in variables_of(file).items():
                if value not in {"ops", "root"}:
                    assert others[name] != value, name
                    assert max(map(len, re.findall("[0-9a-f]+", value))) == 64, name
                    found.setdefault(name, set()).add(f"{file.stem} {value}")
        assert len(found["ANCHORAGE_MONGODB_URI"]) == 9
        for name in ("CLICK_SECRET", "ORDER_SECRET", "VIEWER_SECRET", "OPS_CLIENT_SECRET"):
            name = f"ANCHORAGE_{name}"
            assert len({entry.split()[1] for entry in found[name]}) == 1, name

    def test_every_user_of_mongodb_has_a_password_of_its_own(self, folder: Path) -> None:
        passwords = variables_of(folder / "mongodb.env")
        users = (ROOT / "deploy/docker/mongodb/users.js").read_text(encoding="utf-8")
        named = set(re.findall(r'"(\w+)"', users.split("];")[0])) | {"operator"}
        assert {f"{name.upper()}_PASSWORD" for name in named} < passwords.keys()
        assert len({*passwords.values()}) == len(passwords)
        for name in named:
            uri = variables_of(folder / f"{name}.env")["ANCHORAGE_MONGODB_URI"]
            assert f"mongodb://{name}:{passwords[f'{name.upper()}_PASSWORD']}@" in uri

    def test_the_key_of_the_replica_set_is_one_that_mongodb_takes(self, folder: Path) -> None:
        key = (folder / "mongodb.key").read_text(encoding="ascii").strip()
        assert re.fullmatch(r"[A-Za-z0-9+/=]{6,1024}", key)

    def test_they_are_never_overwritten(self, folder: Path) -> None:
        before = {file.name: file.read_bytes() for file in folder.iterdir()}
        again = make(folder)
        assert again.returncode == 1
        assert "nothing was changed" in again.stderr
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
        assert [*folder.parent.iterdir()] == [folder]


class TestTheComposeFile:
    def test_it_holds_no_secret(self, text: str) -> None:
        assert not [line for line in text.splitlines() if SECRET.search(line)]

    def test_it_names_the_command_that_makes_them_and_has_a_default_for_everything_else(
        self, text: str
    ) -> None:
        while with_default := [found for found in VARIABLE.finditer(text) if found[2] == "-"]:
            text = text.replace(with_default[0][0], str(with_default[0][3]))
        needed = {found[1]: found[2] for found in VARIABLE.finditer(text)}
        assert needed.keys() == {"ANCHORAGE_SECRETS"}
        assert text.count("${ANCHORAGE_SECRETS:?run `make compose-secrets` first}") == 1

    def test_the_command_makes_the_files_that_it_names(self, services: dict[str, Any], folder: Path) -> None:
        named = {file for service in services.values() for file in env_files(service)}
        assert named | {"operator.env", "mongodb.key"} == {file.name for file in folder.iterdir()}

    @pytest.mark.parametrize("name", SERVICES)
    def test_every_service_gets_the_settings_that_it_needs_and_no_others(
        self, name: str, services: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        variables = given(services[name], folder)
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        settings: type[ServiceSettings] = import_module(f"{name}.settings").Settings
        assert settings()
        known = {f"ANCHORAGE_{field.upper()}" for field in settings.model_fields}
        assert {variable for variable in variables if variable.startswith("ANCHORAGE_")} <= known

    def test_a_database_is_known_to_those_that_have_one(self, services: dict[str, Any], folder: Path) -> None:
        knows = {n for n, service in services.items() if "ANCHORAGE_MONGODB_URI" in given(service, folder)}
        assert knows == {
            "identity",
            "catalog",
            "checkout",
            "payment",
            "sharecode",
            "webhooks",
            "feeds",
            "alipay-sandbox",
        }
