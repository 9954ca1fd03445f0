"""Which mongod is started, and what it needs from the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from anchorage_local import mongodb
from anchorage_local.mongodb import MongoDB
from anchorage_local.process import StartFailed


def put_on_path(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that says it is a mongod of this version."""
    program = folder / "mongod"
    program.write_text(f"#!/bin/sh\necho 'db version v{version}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return program


def chosen(folder: Path, programs: Path) -> str:
    mongo = MongoDB(folder / "data", 27117, cache=programs, log=folder / "log", say=print)
    return str(mongo.process().command_parts[0])


def test_a_mongod_on_path_is_used(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = put_on_path(tmp_path, "7.0.14", monkeypatch)
    assert chosen(tmp_path, programs) == str(program)


def test_an_old_mongod_on_path_is_passed_over(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path, "4.4.29", monkeypatch)
    assert chosen(tmp_path, programs).startswith(str(programs))


def test_a_missing_system_library_is_named_with_its_package(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongodb, "SYSTEM_LIBRARIES", {"libnowhere.so.7": "libnowhere7"})
    with pytest.raises(StartFailed, match=r"libnowhere\.so\.7.*apt-get install libnowhere7"):
        chosen(tmp_path, programs)
