"""What all our packages together require: the sources of `requirements.lock` and `requirements-dev.lock`.

`make lock` compiles both. A lock names exact versions with their hashes and no index, so that any index will do.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

OURS = "anchorage-"
RUNTIME_FOLDERS = ("libs", "services", "apps")
"""Whose dependencies are in `requirements.lock`; `requirements-dev.lock` has those of `deploy` and the tools too."""


def of_packages(root: Path, folders: tuple[str, ...]) -> set[str]:
    """The requirements of the packages in these folders, extras included, our own packages left out."""
    found: set[str] = set()
    for folder in folders:
        for file in sorted((root / folder).glob("*/pyproject.toml")):
            project = tomllib.loads(file.read_text())["project"]
            found.update(project.get("dependencies", []))
            for extra in project.get("optional-dependencies", {}).values():
                found.update(extra)
    return {requirement for requirement in found if not requirement.startswith(OURS)}


def of_developers(root: Path) -> set[str]:
    """All of the above, those of `deploy`, and the tools of the workspace."""
    tools = tomllib.loads((root / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    return of_packages(root, (*RUNTIME_FOLDERS, "deploy")) | set(tools)


def lock(root: Path, upgrade: bool = False) -> None:
    """Write both locks; pins that still fit are kept unless `upgrade` is set."""
    runtime = root / "requirements.lock"
    _compile(of_packages(root, RUNTIME_FOLDERS), runtime, upgrade)
    _compile(of_developers(root), root / "requirements-dev.lock", upgrade, f"--constraint={runtime}")


def _compile(requirements: set[str], output: Path, upgrade: bool, *options: str) -> None:
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version=3.11",
    ]
    command += [
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-header",
        "--no-annotate",
    ]
    command += [*options, *(["--upgrade"] if upgrade else []), f"--output-file={output}", "-"]
    subprocess.run(command, input="\n".join(sorted(requirements)), text=True, check=True)  # noqa: S603


if __name__ == "__main__":
    lock(Path.cwd(), upgrade="--upgrade" in sys.argv[1:])
