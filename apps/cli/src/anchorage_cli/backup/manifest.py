"""What a backup holds: its files with their sums, the moment, the offsets that belong to it, and what was not published by then.

The layout is that of mongodump: `<service>/<collection>.bson` and `….metadata.json`. `manifest.json` is written last, so a folder
that has it is complete. Names have no prefix, so a backup can be restored under another one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from anchorage_cli.errors import Refused

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024

Offsets = dict[str, dict[str, dict[str, int]]]
"""By group, topic and partition."""


@dataclass(frozen=True, slots=True)
class CollectionFile:
    """A collection as it was written."""

    documents: int
    bytes: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """`cluster_time` is the moment of all databases: seconds, and a number within them. `unpublished` has, for each service with a
    relay, the aggregates whose events its relay had not published for certain: collection and id; None if that is not known.
    """

    anchorage: str
    mongodb: str
    prefix: str
    started_at: str
    cluster_time: tuple[int, int]
    offsets: Offsets
    databases: dict[str, dict[str, CollectionFile]] = field(default_factory=dict)
    unpublished: dict[str, list[tuple[str, str]] | None] = field(default_factory=dict)
    seconds: float = 0.0
    format: int = FORMAT

    @property
    def documents(self) -> int:
        return sum(file.documents for database in self.databases.values() for file in database.values())

    @property
    def bytes(self) -> int:
        return sum(file.bytes for database in self.databases.values() for file in database.values())

    def write(self, folder: Path) -> None:
        """The last step of a backup."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a complete backup, with every file as it was written. Raises Refused."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(
            f"{folder} is not a complete backup: it has no {MANIFEST}, which is written last"
        ) from None
    except ValueError:
        raise Refused(f"{path} is not readable JSON") from None
    if content.get("format") != FORMAT:
        raise Refused(
            f"{folder} has format {content.get('format')}, and this anchorage reads {FORMAT}: restore with the version that took it"
        )
    databases = {
        service: {name: CollectionFile(**file) for name, file in collections.items()}
        for service, collections in content.pop("databases").items()
    }
    manifest = Manifest(**content, databases=databases)
    for service, collections in databases.items():
        for name, file in collections.items():
            if sum_of(data_file(folder, service, name)) != file.sha256:
                raise Refused(
                    f"{data_file(folder, service, name)} is damaged: its sum is not that of the manifest"
                )
    return manifest


def data_file(folder: Path, service: str, collection: str) -> Path:
    """The documents of a collection, one after the other."""
    return folder / service / f"{quote(collection, safe='')}.bson"


def metadata_file(folder: Path, service: str, collection: str) -> Path:
    """Its options and indexes, as extended JSON."""
    return folder / service / f"{quote(collection, safe='')}.metadata.json"


def sum_of(file: Path) -> str:
    """The SHA-256 of a file; empty if the file is missing."""
    if not file.exists():
        return ""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
