"""The import rules hold, and each breaks on an import that is planted against it in a copy of the code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = {
    "services": ("checkout/planted_service.py", "import payment.domain.trade"),
    "shared": ("catalog/planted_shared.py", "import anchorage_cli.audit"),
    "apps": ("anchorage_cli/planted_app.py", "import search.settings"),
    "platform_demo": ("platform_demo/planted_stranger.py", "import contracts.money"),
    "contracts": ("contracts/planted_contract.py", "import runtime.clock"),
    "alike": ("alike/planted_name.py", "import runtime.clock"),
    "content_check": ("content_check/planted_check.py", "import runtime.clock"),
    "egress": ("egress/planted_call.py", "import runtime.clock"),
    "product_feeds": ("product_feeds/planted_feed.py", "import runtime.clock"),
    "roundcode": ("roundcode/planted_code.py", "import contracts.money"),
    "runtime": ("runtime/planted_runtime.py", "from contracts.checkout import OrderPlaced"),
    "domain": ("catalog/domain/planted_domain.py", "import time"),
    "application": ("payment/application/planted_port.py", "import pymongo"),
    "layers": ("payment/domain/planted_layer.py", "import payment.adapters.mongo_trades"),
}
"""For each rule of .importlinter, by its id: a new module and what it must not import."""

PLANTED_LAYERS = [
    ("payment/application/planted_layer.py", "import payment.adapters.mongo_trades"),
    ("checkout/application/planted_layer.py", "import checkout.http.errors"),
    ("checkout/http/planted_layer.py", "import checkout.adapters.mongo_orders"),
    ("catalog/adapters/planted_layer.py", "import catalog.subscribers"),
    ("catalog/domain/planted_layer.py", "import catalog.application.ports"),
    ("sharecode/planted_room.py", ""),
]
"""For each direction inside a service, and for a module that stands in no layer."""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all packages side by side."""
    copy = tmp_path_factory.mktemp("code")
    for package in ROOT.glob("*/*/src/*/__init__.py"):
        shutil.copytree(
            package.parent, copy / package.parent.name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


def lint(code: Path) -> dict[str, str]:
    """KEPT or BROKEN for each rule, by its name, as import-linter sees the code in the folder."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=code, env={**os.environ, "PYTHONPATH": str(code), "COLUMNS": "200"}, capture_output=True, text=True,
     encoding="utf-8")  # fmt: skip
    return dict(re.findall(r"^(\S.*\S) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))


def names() -> dict[str, str]:
    """The rules' names by their ids."""
    return dict(
        re.findall(
            r"^\[importlinter:contract:(\w+)\]\nname = (.+)$",
            (ROOT / ".importlinter").read_text(encoding="utf-8"),
            re.M,
        )
    )


def test_all_import_rules_hold(code: Path) -> None:
    assert lint(code) == dict.fromkeys(names().values(), "KEPT")


def test_every_rule_has_a_violation_planted_for_it() -> None:
    assert set(PLANTED) == set(names())


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_import_breaks_its_rule(code: Path, rule: str) -> None:
    assert_broken(code, rule, *PLANTED[rule])


@pytest.mark.parametrize(("path", "statement"), PLANTED_LAYERS)
def test_every_direction_inside_a_service_is_checked(code: Path, path: str, statement: str) -> None:
    assert_broken(code, "layers", path, statement)


def assert_broken(code: Path, rule: str, path: str, statement: str) -> None:
    """The statement in a new module at `path` breaks the rule."""
    planted = code / path
    assert not planted.exists()
    planted.write_text(statement + "\n", encoding="utf-8")
    try:
        assert lint(code)[names()[rule]] == "BROKEN"
    finally:
        planted.unlink()
