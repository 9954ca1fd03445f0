"""The virtual environment: which Python makes it, what is installed, and what is printed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

BOOTSTRAP = Path(__file__).parent.parent / "bootstrap"
TOOLS = ("cat", "chmod", "date", "dirname", "grep", "mkdir", "rm", "sed", "sh", "tee", "touch")

INTERPRETER = """#!/bin/sh
case "$*" in
*version_info*) exit {too_old} ;;
*ensurepip*) exit {without_venv} ;;
*benchmark.py) echo {microseconds} ;;
*platforms.py) echo "{platform}" >&2; [ -z "{platform}" ] ;;
"--version") echo "Python of {name}" ;;
"-m venv "*) mkdir -p "$3/bin" && cat > "$3/bin/python" && chmod +x "$3/bin/python" ;;
esac <<'END'
{installed}END
"""

PIP = """#!/bin/sh
echo "$*" >> pip-calls
echo "Collecting everything"
echo "  Downloading large_package-1.0-py3-none-any.whl (54.3 MB)"
echo "  Downloading small-1.0-py3-none-any.whl (15 kB)"
exit {exit_code}
"""


def interpreter(
    folder: Path,
    name: str,
    *,
    microseconds: int = 1000,
    too_old: bool = False,
    without_venv: bool = False,
    platform: str = "",
    pip_exit_code: int = 0,
) -> Path:
    """A program that answers what the bootstrap asks of a Python; the environment that it makes has a pip like PIP."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    answers = {"microseconds": microseconds, "too_old": int(too_old), "without_venv": int(without_venv)}
    installed = PIP.format(exit_code=pip_exit_code)
    program.write_text(
        INTERPRETER.format(name=program, platform=platform, installed=installed, **answers), encoding="utf-8"
    )
    program.chmod(0o755)
    return program


def bootstrap(
    tmp_path: Path, *path: Path, purpose: str = "run", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run it with these folders first on PATH, then a folder with the system's tools that holds no Python."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    for tool in TOOLS:
        (tools / tool).unlink(missing_ok=True)
        (tools / tool).symlink_to(f"/bin/{tool}" if Path(f"/bin/{tool}").exists() else f"/usr/bin/{tool}")
    for lock in ("run", "dev"):
        (tmp_path / f"requirements-{lock}.lock").write_text(
            "one==1.0\ntwo==2.0\n    --hash=sha256:ab\n", encoding="utf-8"
        )
    environment = {"PATH": os.pathsep.join(map(str, (*path, tools)))} | variables
    return subprocess.run(
        ["/bin/sh", BOOTSTRAP, purpose, "venv", "libs/a", "libs/b"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def test_the_first_python_on_path_is_taken(tmp_path: Path) -> None:
    first = interpreter(tmp_path / "a", "python3")
    interpreter(tmp_path / "b", "python3", microseconds=900)
    done = bootstrap(tmp_path, tmp_path / "a", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert f"with Python of {first} ({first})" in done.stdout


def test_a_much_faster_one_is_taken_instead_and_named(tmp_path: Path) -> None:
    first = interpreter(tmp_path / "a", "python3", microseconds=1000)
    interpreter(tmp_path / "b", "python3", microseconds=790)
    fastest = interpreter(tmp_path / "b", "python3.11", microseconds=600)
    done = bootstrap(tmp_path, tmp_path / "a", tmp_path / "b")
    assert done.returncode == 0, done.stderr
    assert f"({fastest})" in done.stdout
    assert f"using {fastest}, which is faster than {first} (600 µs against 1000 µs)" in done.stdout


def test_the_one_that_the_user_names_is_taken_however_slow(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", microseconds=600)
    named = interpreter(tmp_path / "b", "python3.12", microseconds=3000)
    done = bootstrap(tmp_path, tmp_path / "a", PYTHON=str(named))
    assert done.returncode == 0, done.stderr
    assert f"({named})" in done.stdout


def test_one_that_is_too_old_or_has_no_venv_module_is_skipped(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", microseconds=100, too_old=True)
    interpreter(tmp_path / "b", "python3", microseconds=100, without_venv=True)
    good = interpreter(tmp_path / "c", "python3.13", microseconds=2000)
    done = bootstrap(tmp_path, *(tmp_path / name for name in "abc"))
    assert done.returncode == 0, done.stderr
    assert f"({good})" in done.stdout


def test_without_a_new_enough_python_the_error_names_the_needed_version(tmp_path: Path) -> None:
    old = interpreter(tmp_path / "a", "python3", too_old=True)
    done = bootstrap(tmp_path, tmp_path / "a")
    assert done.returncode == 1
    assert f"Python 3.11 or later is needed; found Python of {old}" in done.stderr


def test_without_a_venv_module_the_error_names_the_package(tmp_path: Path) -> None:
    bare = interpreter(tmp_path / "a", "python3", without_venv=True)
    done = bootstrap(tmp_path, tmp_path / "a")
    assert done.returncode == 1
    assert f"{bare} has no venv module" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_each_purpose_installs_its_own_lock_and_then_our_packages(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3")
    for purpose in ("run", "dev"):
        (tmp_path / "pip-calls").unlink(missing_ok=True)
        done = bootstrap(tmp_path, tmp_path / "a", purpose=purpose)
        assert done.returncode == 0, done.stderr
        pins, ours = (tmp_path / "pip-calls").read_text(encoding="utf-8").splitlines()
        assert pins.endswith(f"--require-hashes -r requirements-{purpose}.lock")
        assert ours.endswith("--no-build-isolation --editable libs/a --editable libs/b")


def test_progress_is_printed_and_not_what_pip_prints(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3")
    done = bootstrap(tmp_path, tmp_path / "a")
    assert (
        "installing 2 packages from requirements-run.lock\n  downloading large_package (54.3 MB)\n  done in"
        in done.stdout
    )
    assert "Collecting" not in done.stdout
    assert "small" not in done.stdout


def test_what_pip_prints_is_shown_when_it_fails(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", pip_exit_code=1)
    done = bootstrap(tmp_path, tmp_path / "a")
    assert done.returncode == 1
    assert "Collecting everything" in done.stderr
    assert "error: pip could not install 2 packages from requirements-run.lock" in done.stderr


def test_a_machine_that_cannot_run_it_is_told_before_anything_is_installed(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", platform="This machine is Darwin on arm64.")
    done = bootstrap(tmp_path, tmp_path / "a")
    assert (done.returncode, done.stderr) == (1, "This machine is Darwin on arm64.\n")
    assert not (tmp_path / "venv").exists()


def test_such_a_machine_may_still_install_the_tools_for_development(tmp_path: Path) -> None:
    interpreter(tmp_path / "a", "python3", platform="This machine is Darwin on arm64.")
    done = bootstrap(tmp_path, tmp_path / "a", purpose="dev")
    assert done.returncode == 0, done.stderr
