"""Build hook: generates the calls and models from `openapi.json`, next to the hand-written modules."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "anchorage_client"
GENERATED = ("api", "models", "client.py", "errors.py", "types.py")


class Generate(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the generated modules into a wheel, and the document into a source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build."""
        root = Path(self.root)
        document = next(p for p in (root / "openapi.json", root.parent / "openapi.json") if p.exists())
        if self.target_name == "sdist":
            build_data["force_include"][str(document)] = "openapi.json"
            return
        self._folder = tempfile.TemporaryDirectory()
        package = Path(self._folder.name) / PACKAGE
        subprocess.run(  # noqa: S603
            [
                sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning",
                "--path", document, "--output-path", package, "--config", root / "generator.yml",
            ],
            check=True,
        )  # fmt: skip
        for name in GENERATED:
            build_data["force_include"][str(package / name)] = f"{PACKAGE}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called after each build."""
        if self.target_name != "sdist":
            self._folder.cleanup()
