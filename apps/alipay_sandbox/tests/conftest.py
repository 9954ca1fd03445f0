"""A running sandbox, and a merchant beside it who signs calls and takes notices."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from pymongo import AsyncMongoClient

from alipay_sandbox.key_files import make_key_files
from alipay_sandbox.server import Server
from alipay_sandbox.settings import Settings
from alipay_sandbox.testing import Controls, Merchant, MovableClock

Start = Callable[[], Awaitable[Server]]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key files as the command makes them."""
    directory = tmp_path_factory.mktemp("keys")
    make_key_files(directory)
    return directory


@pytest.fixture
def number() -> str:
    """A fresh out_trade_no."""
    return f"T{uuid4().hex}"


@pytest.fixture
async def prefix(mongodb_uri: str) -> AsyncIterator[str]:
    """A fresh prefix for the test's database, which is gone after it. Unlike the shared fixture it needs no Kafka."""
    mine = f"t{secrets.token_hex(4)}_"
    yield mine
    async with AsyncMongoClient[dict[str, object]](mongodb_uri) as client:
        await client.drop_database(f"{mine}alipay_sandbox")


@pytest.fixture
def clock() -> MovableClock:
    """The clock of a sandbox of the test's own."""
    return MovableClock()


def settings_of(mongodb_uri: str, prefix: str, keys: Path) -> Settings:
    return Settings(
        mongodb_uri=mongodb_uri,
        prefix=prefix,
        alipay_sandbox_port=0,
        alipay_sandbox_keys=keys,
        alipay_sandbox_notice_timeout=timedelta(seconds=2),
    )


@pytest.fixture
async def start(mongodb_uri: str, prefix: str, keys: Path, clock: MovableClock) -> AsyncIterator[Start]:
    """Starts a sandbox with a database of the test's own, as often as the test wants."""
    async with AsyncExitStack() as stack:

        async def begin() -> Server:
            return await stack.enter_async_context(Server(settings_of(mongodb_uri, prefix, keys), clock))

        yield begin


@pytest.fixture(scope="session")
async def shared_sandbox(mongodb_uri: str, keys: Path) -> AsyncIterator[Server]:
    """One sandbox for all tests that need nothing of their own but an out_trade_no."""
    settings = settings_of(mongodb_uri, f"t{secrets.token_hex(4)}_", keys)
    async with Server(settings) as server:
        yield server
    async with AsyncMongoClient[dict[str, object]](mongodb_uri) as client:
        await client.drop_database(settings.database)


@pytest.fixture
async def sandbox(start: Start) -> Server:
    """A running sandbox of the test's own; modules that can do with the shared one say so."""
    return await start()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield session


@pytest.fixture
async def own_merchant(keys: Path, http: aiohttp.ClientSession) -> AsyncIterator[Merchant]:
    """The test merchant with an address for notices, before it knows any gateway."""
    async with Merchant(keys, http).listening() as merchant:
        yield merchant


@pytest.fixture
async def merchant(sandbox: Server, own_merchant: Merchant) -> Merchant:
    """The test merchant, pointed at the sandbox."""
    own_merchant.gateway = f"{sandbox.url}/gateway.do"
    return own_merchant


@pytest.fixture
def controls(sandbox: Server, http: aiohttp.ClientSession) -> Controls:
    """The controls of the sandbox."""
    return Controls(sandbox.url, http)
