"""Every command in a process of its own: what it cannot do is one sentence and an exit code, in every locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from anchorage_cli.command_line import Parser
from anchorage_cli.main import COMMANDS as COMMANDS_THERE_ARE
from anchorage_cli.main import command_line

ROOT = Path(__file__).parents[3]
NOWHERE = {
    "ANCHORAGE_KAFKA": "127.0.0.1:1",
    "ANCHORAGE_MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
    "ANCHORAGE_PUBLIC_URL": "http://127.0.0.1:1",
    "ANCHORAGE_OPS_CLIENT_ID": "ops",
    "ANCHORAGE_OPS_CLIENT_SECRET": "secret",
}
NOT_UTF8 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
COMMANDS = [
    "audit", "audit --acknowledged /nonexistent", "dlq list", "dlq show nothing", "dlq replay nothing", "dlq show orders --id nothing",
    "reconcile", "search rebuild", "operator add Mei", "host add WeTalk", "owner add Ink --kind brand --email ink@brand.example",
    "orders --stuck", "doctor", "backup new", "restore nothing", "order demoshop01_4Q7ABCDEFGHIJKLMNOPQRSTUVW",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736", "demo",
]  # fmt: skip
FOUND_A_PROBLEM = {"trace 4bf92f3577b34da6a3ce929d0e0e4736": 1, "demo": 1}
"""All others cannot be run here."""


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


def _explains_itself(ended: subprocess.CompletedProcess[str], code: int = 2) -> None:
    said = ended.stdout + ended.stderr
    assert ended.returncode == code, said
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert line.strip(), "nothing was said"


@pytest.mark.parametrize("command", COMMANDS)
def test_without_an_installation_a_command_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    _explains_itself(run(command, tmp_path))


def test_every_command_takes_json() -> None:
    def leaves(parser: Parser) -> list[Parser]:
        inner = list(parser.commands.values())
        return [leaf for one in inner for leaf in leaves(one)] if inner else [parser]

    found = leaves(command_line())
    assert len(found) >= len(COMMANDS_THERE_ARE)
    assert [leaf.prog for leaf in found if "--json" not in leaf.format_usage()] == []


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("nothing", "choose from"),
        ("", "Usage: anchorage [-h] [--version]"),
        ("dlq", "{list,show,replay}"),
        ("dlq show", "the following arguments are required: topic"),
        ("orders", "--stuck"),
        ("audit --nothing", "unrecognized arguments: --nothing"),
        ("audit --grace soon", "a number of seconds from 0 to 86400"),
        ("audit --grace nan", "a number of seconds from 0 to 86400"),
        ("reconcile 2026-01-01", "[--day DAY]"),
        ("reconcile --day Tuesday", "write 2026-11-22, today or yesterday"),
        ("trace 0123", "write the 32 hexadecimal digits"),
        ("order 4711", "write the mini program's id, _ and 16 to 31 letters and digits"),
        ("owner add Ink", "the following arguments are required: --kind, --email"),
        ("owner add Ink --kind shop --email ink@brand.example", "choose from"),
        ("backup", "the following arguments are required: folder"),
    ],
)
def test_wrong_input_is_answered_with_what_is_right(
    command: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line().parse_args(command.split())
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert says in line


def test_status_says_what_does_not_answer(tmp_path: Path) -> None:
    ended = run("status", tmp_path, **NOWHERE)
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert "Kafka does not answer" in ended.stdout
    assert "MongoDB does not answer" in ended.stdout
    assert "checkout: its address is unknown: set ANCHORAGE_CHECKOUT_URL" in ended.stdout


def test_the_version_is_that_of_every_package(tmp_path: Path) -> None:
    versions = {
        tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"]
        for path in ROOT.glob("*/*/pyproject.toml")
    }
    assert {run("--version", tmp_path).stdout.strip()} == {f"anchorage {version}" for version in versions}


def test_half_a_login_to_kafka_is_named(tmp_path: Path) -> None:
    ended = run("dlq list", tmp_path, **NOWHERE, ANCHORAGE_KAFKA_USERNAME="anchorage")
    _explains_itself(ended)
    assert "ANCHORAGE_KAFKA_PASSWORD" in ended.stderr


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    ended = run("dlq list", tmp_path, **NOWHERE, ANCHORAGE_KAFKA_CA=str(tmp_path / "ca.pem"))
    _explains_itself(ended)
    assert "ANCHORAGE_KAFKA_CA" in ended.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_an_installation_that_does_not_answer_is_named(command: str, tmp_path: Path) -> None:
    demo = {
        "kafka": NOWHERE["ANCHORAGE_KAFKA"], "gateway": NOWHERE["ANCHORAGE_PUBLIC_URL"], "hosts": [{"name": "视频"}],
    }  # fmt: skip
    (tmp_path / "demo.json").write_text(json.dumps(demo, ensure_ascii=False), encoding="utf-8")
    as_json = f"{command} --json" if command else ""
    _explains_itself(run(as_json, tmp_path, **NOWHERE, **NOT_UTF8), FOUND_A_PROBLEM.get(command, 2))


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
