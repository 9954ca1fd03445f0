"""Puts `runtime_support` on the import path, and gives each test a stream of its own."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from runtime_support.notebook import Notebook
from runtime_support.stream import Stream

from support.eventually import Eventually


@pytest_asyncio.fixture
async def stream(kafka_bootstrap: str, module_prefix: str, eventually: Eventually) -> AsyncIterator[Stream]:
    """A fresh topic with one partition, its event, and ways to write to it and to take from it."""
    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually) as fresh:
        yield fresh


@pytest_asyncio.fixture
async def notebook(stream: Stream, mongodb_uri: str) -> AsyncIterator[Notebook]:
    """A fresh database of notes whose events go to `stream`."""
    async with Notebook.fresh(mongodb_uri, stream) as fresh:
        yield fresh
