"""Which Python the virtual environment is made with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

BOOTSTRAP = Path(__file__).parent.parent / "bootstrap"

INTERPRETER = """#!/bin/sh
case "$*" in
*version_info*) exit {too_old} ;;
*ensurepip*) exit {without_venv} ;;
*quickness.py) echo {microseconds} ;;
"--version") echo "Python of {name}" ;;
"-m venv "*) mkdir -p "$3/bin" && echo "#!/bin/sh" > "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac
"""


def interpreter(
    folder: Path,
    name: str,
    *,
    microseconds: int = 1000,
    too_old: bool = False,
    without_venv: bool = False,
) -> Path:
    """A program that answers what the bootstrap asks of a Python."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    answers = {"microseconds": microseconds, "too_old": int(too_old), "without_venv": int(without_venv)}
    program.write_text(INTERPRETER.format(name=program, **answers))
    program.chmod(0o755)
    return program


def bootstrap(tmp_path: Path, *path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it with these folders first on PATH, before those of the system's tools, which are made not to hold a Python."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    for tool in ("dirname", "mkdir", "chmod", "sh"):
        (tools / tool).symlink_to(f"/bin/{tool}" if Path(f"/bin/{tool}").exists() else f"/usr/bin/{tool}")
    environment = {"PATH": os.pathsep.join(map(str, (*path, tools)))} | variables
    return subprocess.run(
        ["/bin/sh", BOOTSTRAP, tmp_path / "venv"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_python_on_path_is_taken(tmp_path: Path) -> None:
    first = interpreter(tmp_path / "a", "python3")
    interpreter(tmp_path / "b", "python3", microseconds=900)
    done = bootstrap(tmp_path, tmp_path / "a", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert f"with Python of {first} ({first})" in done.stdout


def test_one_that_is_much_quicker_is_taken_instead_and_said(tmp_path: Path) -> None:
    first = interpreter(tmp_path / "a", "python3", microseconds=1000)
    interpreter(tmp_path / "b", "python3", microseconds=790)
    quickest = interpreter(tmp_path / "b", "python3.11", microseconds=600)
    done = bootstrap(tmp_path, tmp_path / "a", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert f"({quickest})" in done.stdout
    assert f"{quickest} does in 600 µs what takes {first} 1000 µs" in done.stdout


def test_the_one_that_is_named_is_taken_however_slow(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", microseconds=600)
    named = interpreter(tmp_path / "b", "python3.12", microseconds=3000)
    done = bootstrap(tmp_path, tmp_path / "a", PYTHON=str(named))
    assert done.returncode == 0, done.stderr
    assert f"({named})" in done.stdout


def test_one_that_is_too_old_or_makes_no_environments_is_passed_over(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", microseconds=100, too_old=True)
    interpreter(tmp_path / "b", "python3", microseconds=100, without_venv=True)
    good = interpreter(tmp_path / "c", "python3.13", microseconds=2000)
    done = bootstrap(tmp_path, *(tmp_path / name for name in "abc"))
    assert done.returncode == 0, done.stderr
    assert f"({good})" in done.stdout


def test_without_a_python_that_is_new_enough_it_is_said_what_would_be(tmp_path: Path) -> None:
    old = interpreter(tmp_path / "a", "python3", too_old=True)
    done = bootstrap(tmp_path, tmp_path / "a")
    assert done.returncode == 1
    assert f"Python 3.11 or later is needed; found Python of {old}" in done.stderr


def test_without_a_venv_module_it_is_said_which_package_brings_it(tmp_path: Path) -> None:
    bare = interpreter(tmp_path / "a", "python3", without_venv=True)
    done = bootstrap(tmp_path, tmp_path / "a")
    assert done.returncode == 1
    assert f"{bare} has no venv module" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
