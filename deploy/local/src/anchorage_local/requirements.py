"""Compiles the requirements locks from all pyproject.toml files (`make lock`).

A lock pins exact versions with their hashes and names no index, so that any index can serve it.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

OURS = "anchorage-"
IMAGE_FOLDERS = ("libs", "services", "apps")
ALL_FOLDERS = (*IMAGE_FOLDERS, "deploy")

IMAGES_LOCK, RUN_LOCK, DEV_LOCK = "requirements.lock", "requirements-run.lock", "requirements-dev.lock"

RUN_EXTRAS = frozenset({"chinese"})
"""Extras that `make run` installs. The others are large and serve settings that are off by default."""

COMPILE = [
    "pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate",
]  # fmt: skip


def of_packages(root: Path, folders: tuple[str, ...], extras: frozenset[str] | None = None) -> set[str]:
    """The requirements of the packages in these folders without our own packages. `extras` None: every extra."""
    found: set[str] = set()
    for folder in folders:
        for file in sorted((root / folder).glob("*/pyproject.toml")):
            project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
            found.update(project.get("dependencies", []))
            for name, extra in project.get("optional-dependencies", {}).items():
                if extras is None or name in extras:
                    found.update(extra)
    return {requirement for requirement in found if not requirement.startswith(OURS)}


def of_images(root: Path) -> set[str]:
    """What the services' images need."""
    return of_packages(root, IMAGE_FOLDERS)


def of_run(root: Path) -> set[str]:
    """What `make run` needs."""
    return of_packages(root, ALL_FOLDERS, RUN_EXTRAS) | _group(root, "build")


def of_developers(root: Path) -> set[str]:
    """What `make test` and every other target need."""
    return of_packages(root, ALL_FOLDERS) | _group(root, "dev")


def lock(root: Path, upgrade: bool = False) -> None:
    """Write all three locks. Pins that still fit are kept unless `upgrade` is set."""
    images, run, dev = root / IMAGES_LOCK, root / RUN_LOCK, root / DEV_LOCK
    _compile(of_images(root), images, upgrade)
    _compile(of_developers(root), dev, upgrade, f"--constraint={images}")
    _compile(of_run(root), run, upgrade, f"--constraint={dev}")


def _group(root: Path, name: str) -> set[str]:
    """A dependency group of the workspace (PEP 735), with the groups that it includes."""
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    found: set[str] = set()
    for entry in groups[name]:
        found |= {entry} if isinstance(entry, str) else _group(root, entry["include-group"])
    return found


def _compile(requirements: set[str], output: Path, upgrade: bool, *options: str) -> None:
    command = [sys.executable, "-m", "uv", *COMPILE, *options, *(["--upgrade"] if upgrade else [])]
    command += [f"--output-file={output}", "-"]
    subprocess.run(command, input="\n".join(sorted(requirements)), text=True, check=True, encoding="utf-8")  # noqa: S603


if __name__ == "__main__":
    lock(Path.cwd(), upgrade="--upgrade" in sys.argv[1:])
