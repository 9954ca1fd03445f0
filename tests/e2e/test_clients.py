"""The client libraries, as they are built from the checkout, sell, ship and refund; and their guide is true."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.for_clients import as_text, for_clients
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "clients"
STORIES = Path(__file__).parent / "clients"
GUIDE = ROOT / "docs" / "guides" / "clients.md"
COMPILER = {"module": "NodeNext", "target": "ES2022", "strict": True, "types": ["node"], "skipLibCheck": True}


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package is installed in."""
    folder = tmp_path_factory.mktemp("python_client")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, "--no-build-isolation", "--target", str(folder), str(CLIENTS / "python")])
    return folder


@pytest.fixture(scope="module")
def typescript_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a program that has the package, as `npm pack` makes it, and a compiler."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("typescript_client")
    assert npm is not None, "these tests need Node.js 20 or newer with npm"
    source = folder / "source" / "typescript"
    shutil.copytree(
        CLIENTS / "typescript", source, ignore=shutil.ignore_patterns("node_modules", "dist", "generated")
    )
    shutil.copy(CLIENTS / "openapi.json", source.parent)
    _run([npm, "ci", "--silent"], cwd=source)
    _run([npm, "run", "build", "--silent"], cwd=source)
    _run([npm, "pack", "--silent"], cwd=source)
    program = folder / "program"
    program.mkdir()
    (program / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (program / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER}), encoding="utf-8")
    parts = [str(next(source.glob("*.tgz"))), "typescript@5", "@types/node@20", "standardwebhooks@1"]
    _run([npm, "install", "--silent", "--no-audit", "--no-fund", *parts], cwd=program)
    return program


def _run(command: list[str], **options: Any) -> str:
    """What the program prints; AssertionError with its own words if it fails."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=500, **options)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def _run_typescript(program: Path, name: str, *arguments: str, **settings: str) -> str:
    _run([str(program / "node_modules" / ".bin" / "tsc"), "-p", "."], cwd=program)
    return _run(["node", f"{name}.js", *arguments], cwd=program, env=os.environ | settings)


def test_the_document_for_the_libraries_is_up_to_date() -> None:
    kept = (CLIENTS / "openapi.json").read_text(encoding="utf-8")
    assert kept == as_text(for_clients()), "`make clients` writes it again"


def test_the_python_client_repeats_renews_and_raises(python_client: Path) -> None:
    plain = ["--noconftest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(STORIES)]
    settings = os.environ | {"PYTHONPATH": str(python_client)}
    _run([sys.executable, "-m", "pytest", "-q", *plain, str(STORIES / "face.py")], env=settings)


def test_the_story_in_python(platform: Platform, python_client: Path) -> None:
    told = [sys.executable, str(STORIES / "story.py"), str(platform.folder / "demo.json")]
    _is_sold_and_refunded(json.loads(_run(told, env=os.environ | {"PYTHONPATH": str(python_client)})))


def test_the_story_in_python_has_right_types(python_client: Path, tmp_path: Path) -> None:
    settings = {"MYPYPATH": str(python_client), "MYPY_CACHE_DIR": str(tmp_path)}
    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--follow-imports=silent"]
    _run([*strict, str(STORIES / "story.py")], cwd=tmp_path, env=os.environ | settings)


@pytest.mark.polyglot
def test_the_typescript_client_repeats_renews_and_raises(typescript_client: Path) -> None:
    shutil.copy(STORIES / "face.ts", typescript_client)
    _run_typescript(typescript_client, "face")


@pytest.mark.polyglot
def test_the_story_in_typescript(platform: Platform, typescript_client: Path) -> None:
    shutil.copy(STORIES / "story.ts", typescript_client)
    told = _run_typescript(typescript_client, "story", str(platform.folder / "demo.json"))
    _is_sold_and_refunded(json.loads(told))


def _is_sold_and_refunded(order: dict[str, Any]) -> None:
    assert order["status"] == "shipped", order
    assert [one["tracking_number"][:2] for one in order["shipments"]] == ["SF"], order
    assert [(one["status"], one["amount"]["amount"]) for one in order["refunds"]] == [("settled", 2_800)], (
        order
    )
    assert order["refunded_total"]["amount"] == 2_800, order


def _blocks(language: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks, f"the guide has nothing in {language}"
    return "\n".join(blocks)


def _settings(platform: Platform) -> dict[str, str]:
    demo = platform.demo
    clients = {"HOST": demo["hosts"][0], "OWNER": demo["owners"][0]}
    return {"GATEWAY": demo["gateway"], "SHOP": demo["owners"][0]["mini_program_ids"][0]} | {
        f"{who}_{what.upper()}": client[what]
        for who, client in clients.items()
        for what in ("client_id", "client_secret")
    }


def _guide_in_python(platform: Platform, request: pytest.FixtureRequest, folder: Path) -> str:
    path = str(request.getfixturevalue("python_client"))
    settings = os.environ | _settings(platform) | {"PYTHONPATH": path}
    return _run([sys.executable, "-c", _blocks("python")], cwd=folder, env=settings)


def _guide_in_typescript(platform: Platform, request: pytest.FixtureRequest, folder: Path) -> str:
    program: Path = request.getfixturevalue("typescript_client")
    (program / "guide.ts").write_text(_blocks("ts"), encoding="utf-8")
    shutil.copy(folder / "tea.png", program)
    return _run_typescript(program, "guide", **_settings(platform))


@pytest.mark.parametrize(
    "way", [_guide_in_python, pytest.param(_guide_in_typescript, marks=pytest.mark.polyglot)]
)
def test_a_program_that_is_typed_from_the_guide_runs(
    way: Callable[[Platform, pytest.FixtureRequest, Path], str],
    platform: Platform,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    shutil.copy(ROOT / "docs" / "pictures" / "both.png", tmp_path / "tea.png")
    printed = way(platform, request, tmp_path)
    assert "price_changed" in printed, printed
    assert re.search(r"^order \S+ awaiting_payment$", printed, re.MULTILINE), printed
    assert "the signature is wrong" in printed, printed
