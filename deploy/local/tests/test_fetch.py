"""A downloaded program is complete and correct, or not there."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from anchorage_local import fetch

JAR = b"the right jar"


def test_a_folder_that_could_not_be_filled_is_not_there_and_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "kafka-4.1.0"

    def fill(content: str | None) -> bool:
        with fetch.create_once(folder) as making:
            if making is None:
                return False
            (making / "half").write_text("half", encoding="utf-8")
            if content is None:
                raise ConnectionError("the network went away")
            (making / "whole").write_text(content, encoding="utf-8")
            return True

    with pytest.raises(ConnectionError):
        fill(None)
    assert not folder.exists()
    assert fill("all of it")
    assert (folder / "whole").read_text(encoding="utf-8") == "all of it"
    assert not fill("not again")


def test_a_jar_that_is_not_the_one_named_is_refused(tmp_path: Path) -> None:
    right = tmp_path / "one.jar"
    right.write_bytes(JAR)
    sums = {"one.jar": hashlib.sha256(JAR).hexdigest()}
    fetch.check([right], sums)
    right.write_bytes(b"something else")
    with pytest.raises(fetch.FetchFailed, match=r"one\.jar is not the file"):
        fetch.check([right], sums)


def test_a_jar_too_many_or_too_few_is_refused(tmp_path: Path) -> None:
    extra = tmp_path / "two.jar"
    extra.write_bytes(JAR)
    with pytest.raises(fetch.FetchFailed, match=r"one\.jar, two\.jar"):
        fetch.check([extra], {"one.jar": hashlib.sha256(JAR).hexdigest()})


def test_the_committed_sums_name_kafka_and_every_package_that_brings_mongod() -> None:
    sums = files("anchorage_local").joinpath("kafka.sha256").read_text(encoding="utf-8")
    assert re.search(
        rf"^[0-9a-f]{{64}}  kafka_2\.13-{re.escape(fetch.KAFKA_VERSION)}\.jar$", sums, re.MULTILINE
    )
    lock = files("anchorage_local").joinpath("mongod.lock").read_text(encoding="utf-8")
    assert re.findall(r"^(\S+)==", lock, re.MULTILINE) == ["fiftyone-db", "mysql-connector-python"]
