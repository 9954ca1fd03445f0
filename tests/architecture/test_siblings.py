"""All services look alike: a reader who knows one finds the same file, head and name in every other."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from runtime.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path for path in ROOT.glob("services/*") if (path / "pyproject.toml").exists())
PACKAGES = sorted(path.parent for path in ROOT.glob("*/*/pyproject.toml"))
STATELESS = {"gateway"}
"""Services that own no data, and therefore have neither domain nor adapters."""
NO_STREAMS = {"gateway"}
"""Services that consume no topic."""

EVERY_SERVICE = ["README.md", "pyproject.toml", "tests", "src/{name}/py.typed", "src/{name}/__main__.py",
                 "src/{name}/app.py", "src/{name}/settings.py"]  # fmt: skip
WITH_STATE = ["src/{name}/domain", "src/{name}/domain/errors.py", "src/{name}/application/ports.py",
              "src/{name}/adapters", "src/{name}/http/errors.py"]  # fmt: skip
HEADINGS = [
    "## Owns",
    "## Consumes",
    "## Publishes",
    "## Promises",
    "## How it works",
    "## Settings",
    "## Tests",
]
TEST_FOLDERS = {"unit", "integration", "conftest.py", "__pycache__"}


def name_of(service: Path) -> str:
    return service.name


def missing_files(service: Path) -> list[str]:
    """The files that every service has and this one does not."""
    expected = [*EVERY_SERVICE, *([] if service.name in STATELESS else WITH_STATE)]
    if service.name not in NO_STREAMS:
        expected.append("src/{name}/subscribers.py")
    paths = (path.format(name=service.name) for path in expected)
    return [path for path in paths if not (service / path).exists()]


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_service_has_the_files_that_every_service_has(service: Path) -> None:
    assert missing_files(service) == []


def test_a_service_without_its_files_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "planted").mkdir()
    assert "src/planted/application/ports.py" in missing_files(tmp_path / "planted")


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_readme_has_the_same_headings_in_the_same_order(service: Path) -> None:
    text = (service / "README.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line in HEADINGS]
    assert text.startswith("# ")
    assert headings == HEADINGS


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_a_readme_leads_to_the_settings_that_every_service_has(service: Path) -> None:
    settings = (service / "README.md").read_text(encoding="utf-8").partition("## Settings\n")[2]
    assert "(../../libs/runtime/README.md#settings)" in settings.partition("\n## ")[0]


def test_every_setting_of_every_service_is_in_the_readme_of_the_runtime() -> None:
    text = (ROOT / "libs" / "runtime" / "README.md").read_text(encoding="utf-8")
    names = {f"ANCHORAGE_{name.upper()}" for name in ServiceSettings.model_fields}
    assert names == set(re.findall(r"`(ANCHORAGE_\w+)`", _table(text)))


def _table(text: str) -> str:
    """The first column of the table under "Settings"."""
    section = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    return "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))


@pytest.mark.parametrize("service", SERVICES, ids=name_of)
def test_tests_stand_in_unit_and_integration_folders(service: Path) -> None:
    allowed = TEST_FOLDERS | {f"{service.name}_support"}
    assert [path.name for path in (service / "tests").iterdir() if path.name not in allowed] == []


def test_no_two_packages_share_the_name_of_a_test_support_folder() -> None:
    names = [path.name for path in ROOT.glob("*/*/tests/*_support")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_is_typed_licensed_and_described(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert project["requires-python"] == ">=3.11"
    assert project["description"]
    sources = [path.parent for path in package.glob("src/*/__init__.py")]
    assert sources
    assert [source.name for source in sources if not (source / "py.typed").exists()] == []


def imported(package: Path) -> set[str]:
    """The top-level names that a package's own modules import."""
    names: set[str] = set()
    for path in package.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names


DISTRIBUTIONS = {"aiohttp": "aiohttp", "pymongo": "pymongo", "bson": "pymongo", "pydantic": "pydantic", "orjson": "orjson",
                 "aiokafka": "aiokafka", "cachetools": "cachetools", "jwt": "pyjwt", "pydantic_settings": "pydantic-settings",
                 "opentelemetry": "opentelemetry-api", "contracts": "anchorage-contracts", "runtime": "anchorage-runtime",
                 "cryptography": "cryptography"}  # fmt: skip
"""The distribution that a package must depend on when it imports the name."""


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_depends_on_what_it_imports(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = chain(project.get("dependencies", []), *project.get("optional-dependencies", {}).values())
    declared = {re.split(r"[\[<>=!~ ;]", requirement)[0].lower() for requirement in named}
    needed = {DISTRIBUTIONS[name] for name in imported(package) if name in DISTRIBUTIONS}
    assert sorted(needed - declared - {project["name"]}) == []


def route_classes(service: Path) -> Iterator[tuple[str, str]]:
    """(module, class) of every class below http/ that has a method `routes`."""
    for path in service.glob("src/*/http/*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                getattr(step, "name", "") == "routes" for step in node.body
            ):
                yield path.name, node.name


@pytest.mark.parametrize("service", [s for s in SERVICES if s.name not in STATELESS], ids=name_of)
def test_route_classes_are_called_routes(service: Path) -> None:
    found = list(route_classes(service))
    assert found
    assert [(module, name) for module, name in found if not name.endswith("Routes")] == []


def mongo_users(service: Path) -> Iterator[str]:
    """The adapter modules that work on MongoDB collections."""
    for path in service.glob("src/*/adapters/**/*.py"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"\b(Database|AsyncCollection|VersionedStore)\b", text) and "change_stream" not in text:
            yield path.name


@pytest.mark.parametrize("service", [s for s in SERVICES if s.name not in STATELESS], ids=name_of)
def test_adapters_of_mongodb_are_called_mongo(service: Path) -> None:
    assert [name for name in mongo_users(service) if not name.startswith("mongo_")] == []


def mappers(service: Path) -> set[str]:
    """The modules that make events of the contracts."""
    made = re.compile(r"\b(?:contract|contracts?\.\w+)\.[A-Z]\w+\(|\b[A-Z]\w+\(\s*version=")
    return {
        str(path.relative_to(service / "src" / service.name))
        for path in service.glob("src/**/*.py")
        if made.search(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("service", [s for s in SERVICES if s.name not in STATELESS], ids=name_of)
def test_events_are_made_in_one_module(service: Path) -> None:
    assert mappers(service) <= {"application/contracts_out.py"}
