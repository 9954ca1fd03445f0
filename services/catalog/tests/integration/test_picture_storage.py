"""Uploaded pictures in a folder, and in a bucket of a server that speaks S3 (`make test-s3`)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from catalog.adapters.picture_files import StoredFiles
from runtime.errors import Unavailable
from support.eventually import Eventually

NAME = "pictures/0a/320.webp"
KEY, SECRET = "test", "test-secret"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest_asyncio.fixture
async def bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> AsyncIterator[str]:
    """The address of a bucket of versitygw, which `make test-s3` installs."""
    port = free_port()
    (tmp_path / "shop").mkdir()
    server = await asyncio.create_subprocess_exec(
        os.environ["ANCHORAGE_S3_SERVER"], "--quiet", "--port", f"127.0.0.1:{port}", "posix", str(tmp_path),
        env=os.environ | {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET},
    )  # fmt: skip
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)

    async def listening() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    await eventually(listening, within=20, what="the server of S3")
    yield "s3://shop/of-the-test"
    server.terminate()
    await server.wait()


async def check(place: str) -> None:
    files = StoredFiles(place)
    assert await files.get(NAME) is None
    for data in (b"first", b"second"):
        await files.put(NAME, data)
        assert await files.get(NAME) == data
    assert await StoredFiles(place).get(NAME) == b"second"


async def test_a_folder_keeps_what_was_stored(tmp_path: Path) -> None:
    await check(str(tmp_path / "not" / "there yet"))


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(Unavailable):
        await StoredFiles(str(tmp_path / "file")).put(NAME, b"x")


@pytest.mark.s3
async def test_a_bucket_keeps_what_was_stored(bucket: str) -> None:
    await check(bucket)


@pytest.mark.s3
async def test_a_bucket_that_refuses_is_unavailable(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable):
        await StoredFiles("s3://no-such-bucket").put(NAME, b"x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(Unavailable):
        await StoredFiles(bucket).put(NAME, b"x")
