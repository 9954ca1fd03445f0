"""Every command in a process of its own: what it cannot do is one sentence and an exit code, in every locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOWHERE = {
    "ANCHORAGE_KAFKA": "127.0.0.1:1",
    "ANCHORAGE_MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
    "ANCHORAGE_PUBLIC_URL": "http://127.0.0.1:1",
    "ANCHORAGE_OPS_CLIENT_ID": "ops",
    "ANCHORAGE_OPS_CLIENT_SECRET": "secret",
}
NOT_UTF8 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
COMMANDS = [
    "audit", "audit --acknowledged /nonexistent", "audit --grace nan", "dlq list", "dlq show nothing", "dlq replay nothing",
    "dlq show orders --id nothing", "reconcile", "reconcile 2026-01-01", "reconcile yesterday", "search rebuild", "operator add Mei", "host add WeTalk",
    "owner add Ink", "owner add Ink --kind brand --email ink@brand.example",
    "trace 0123", "demo", "nothing", "",
]  # fmt: skip


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANCHORAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "anchorage_cli.main", *command.split()],
        env=clean | {"ANCHORAGE_DATA": str(folder)} | environment,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        check=False,
    )


def _explains_itself(ended: subprocess.CompletedProcess[str]) -> None:
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0, said
    assert "Traceback" not in said, said
    assert said.strip(), "nothing was said"
    assert len(said.splitlines()) <= 20, said


@pytest.mark.parametrize("command", COMMANDS)
def test_without_an_installation_a_command_says_so(command: str, tmp_path: Path) -> None:
    _explains_itself(run(command, tmp_path))


@pytest.mark.parametrize("command", COMMANDS)
def test_an_installation_that_does_not_answer_is_named(command: str, tmp_path: Path) -> None:
    demo = {
        "kafka": NOWHERE["ANCHORAGE_KAFKA"], "gateway": NOWHERE["ANCHORAGE_PUBLIC_URL"], "hosts": [{"name": "视频"}],
    }  # fmt: skip
    (tmp_path / "demo.json").write_text(json.dumps(demo, ensure_ascii=False), encoding="utf-8")
    _explains_itself(run(command, tmp_path, **NOWHERE, **NOT_UTF8))


def test_a_damaged_demo_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("{", encoding="utf-8")
    ended = run("dlq list", tmp_path)
    _explains_itself(ended)
    assert "demo.json" in ended.stderr


def test_characters_that_a_terminal_lacks_are_escaped(tmp_path: Path) -> None:
    """The trace's arrow, and Chinese names, in a terminal that has ASCII only."""
    script = "from anchorage_cli.main import _print_everywhere; _print_everywhere(); print('\\u21e0 \\u4ef7\\u683c')"
    ended = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | NOT_UTF8, capture_output=True, check=True
    )
    assert ended.stdout == rb"\u21e0 \u4ef7\u683c" + b"\n"
