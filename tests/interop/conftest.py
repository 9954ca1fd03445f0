"""Published Alipay clients, each in an environment of its own, and a sandbox for them to call."""

import asyncio
import errno
import fcntl
import json
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from pymongo import AsyncMongoClient

from alipay_sandbox.adapters.key_files import make_key_files
from alipay_sandbox.app import Server
from alipay_sandbox.settings import Settings
from support.sandbox import Controls, Merchant

PYTHON_CLIENTS = {
    "community": ("python-alipay-sdk==3.4.0", "community_client.py"),
    "official": ("alipay-sdk-python==3.7.1411", "official_client.py"),
}
NODE_CLIENT = "alipay-sdk@4.14.0"
JAVA_CLIENT = "com.alipay.sdk:alipay-sdk-java:4.40.0.ALL"
HERE = Path(__file__).parent


class Client:
    """A published client in its own process: commands go in, results come out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.name = ""

    async def perform(self, **command: Any) -> Any:
        """The result of one command; AssertionError with the client's own words if it raised."""
        answer = await self.attempt(**command)
        assert "error" not in answer, answer
        return answer["result"]

    async def attempt(self, **command: Any) -> dict[str, Any]:
        """The result, or the error that the client raised."""
        assert self._process.stdout is not None
        await self.tell(command)
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        assert line, "the client's process has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def tell(self, content: dict[str, Any]) -> None:
        """Sends one line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(content).encode() + b"\n")
        await self._process.stdin.drain()

    async def end(self) -> None:
        """Lets the process end by itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def command_of(root: Path, name: str) -> list[str]:
    """What starts a client in an environment of its own; made on the first use and kept between runs."""
    if name == "node":
        home = environment(root, NODE_CLIENT, _install_with_npm)
        return ["node", str(HERE / "node_client.mjs"), str(home)]
    if name == "java":
        home = environment(root, JAVA_CLIENT, _install_with_maven)
        return ["java", "-cp", f"{home}/lib/*", str(HERE / "JavaClient.java")]
    requirement, script = PYTHON_CLIENTS[name]
    home = environment(root, requirement, _install_with_pip)
    return [str(home / "venv" / "bin" / "python"), str(HERE / script)]


def environment(root: Path, requirement: str, install: Callable[[Path, str], None]) -> Path:
    """The folder that holds one client."""
    home = root / ".data" / "interop" / re.sub("[=@:]+", "-", requirement)
    home.mkdir(parents=True, exist_ok=True)
    done = home / "installed"
    with (home / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            install(home, requirement)
            done.touch()
    return home


def _install_with_pip(home: Path, requirement: str) -> None:
    venv = home / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    # setuptools: both clients, or what they need, still import what newer Pythons no longer bring.
    subprocess.run([*pip, "--no-compile", requirement, "setuptools<81"], check=True)


def _install_with_npm(home: Path, requirement: str) -> None:
    npm = shutil.which("npm")
    assert npm is not None, "these tests need Node.js 18 or newer with npm"
    subprocess.run(
        [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", "--silent", requirement],
        check=True,
    )


def _install_with_maven(home: Path, requirement: str) -> None:
    maven = shutil.which("mvn")
    assert maven is not None, "these tests need a JDK, 17 or newer, with Maven"
    group, artifact, version = requirement.split(":")
    wanted = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
    (home / "pom.xml").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>interop</groupId><artifactId>interop</artifactId><version>1</version>"
        f"<dependencies><dependency>{wanted}</dependency></dependencies></project>",
        encoding="utf-8",
    )
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={home / 'lib'}"]
    subprocess.run([maven, "-q", "-B", "-f", str(home / "pom.xml"), *copy], check=True)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key files as the command makes them."""
    directory = tmp_path_factory.mktemp("keys")
    make_key_files(directory)
    return directory


@pytest.fixture(scope="session")
def port_80_address() -> str | None:
    """An address of the loopback range where port 80 may be taken; None on a machine that forbids it."""
    address = f"127.0.{secrets.randbelow(250) + 1}.{secrets.randbelow(250) + 1}"
    with socket.socket() as trial:
        try:
            trial.bind((address, 80))
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EADDRNOTAVAIL):
                raise
            address = ""
    return address or None


@pytest.fixture(scope="session")
async def sandbox(mongodb_uri: str, keys: Path, port_80_address: str | None) -> AsyncIterator[Server]:
    """A running sandbox."""
    settings = Settings(
        mongodb_uri=mongodb_uri,
        prefix=f"t{secrets.token_hex(4)}_",
        alipay_sandbox_port=0,
        alipay_sandbox_keys=keys,
        alipay_sandbox_extra_addresses=[f"{port_80_address}:80"] if port_80_address else [],
    )
    async with Server(settings) as server:
        yield server
    async with AsyncMongoClient[dict[str, object]](mongodb_uri) as mongo:
        await mongo.drop_database(settings.database)


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
async def merchant(sandbox: Server, keys: Path, http: aiohttp.ClientSession) -> AsyncIterator[Merchant]:
    """Takes the notices."""
    async with Merchant(keys, http).listening() as merchant:
        merchant.gateway = f"{sandbox.url}/gateway.do"
        yield merchant


@pytest.fixture(scope="session")
def controls(sandbox: Server, http: aiohttp.ClientSession) -> Controls:
    """The controls of the sandbox."""
    return Controls(sandbox.url, http)


def _bare(pem: str) -> str:
    """What stands between the lines that begin with dashes."""
    return "".join(line for line in pem.splitlines() if not line.startswith("-"))


def _bare_pkcs8(file: Path) -> str:
    """The form of a private key that Alipay's own tool makes for Java."""
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _bare(pem.decode())


class StartClient(Protocol):
    """Starts a client, `community`, `official`, `node` or `java`, that calls the gateway at the given address."""

    def __call__(
        self, name: str, gateway: str, *, certified: bool = False
    ) -> AbstractAsyncContextManager[Client]: ...


def certified_settings(keys: Path) -> dict[str, Any]:
    """What a client needs as the merchant in certificate mode, in place of its settings with keys."""

    def file(kind: str, name: str) -> dict[str, str]:
        return {
            f"{kind}_path": str(keys / name),
            f"{kind}_text": (keys / name).read_text(encoding="utf-8"),
        }

    return {
        "app_id": "2021000000000003",
        "app_private_key": (keys / "certified_private_key.pem").read_text(encoding="utf-8"),
        "app_private_key_pkcs8": _bare_pkcs8(keys / "certified_private_key.pem"),
        **file("app_cert", "certified_app_cert.pem"),
        **file("alipay_cert", "alipay_cert.pem"),
        **file("root_cert", "alipay_root_cert.pem"),
    }


@pytest.fixture(scope="session")
def start_client(pytestconfig: pytest.Config, keys: Path, merchant: Merchant) -> StartClient:
    """Starts clients; those that are `certified` in certificate mode."""

    @asynccontextmanager
    async def start(name: str, gateway: str, *, certified: bool = False) -> AsyncIterator[Client]:
        command = await asyncio.to_thread(command_of, pytestconfig.rootpath, name)
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        settings = {
            "gateway": gateway,
            "app_id": merchant.app_id,
            "notify_url": merchant.notify_url,
            "app_private_key": (keys / "test_private_key.pem").read_text(encoding="utf-8"),
            "app_private_key_pkcs8": _bare_pkcs8(keys / "test_private_key.pem"),
            "alipay_public_key": (keys / "alipay_public_key.pem").read_text(encoding="utf-8"),
            "alipay_public_key_bare": _bare((keys / "alipay_public_key.pem").read_text(encoding="utf-8")),
            "dial_port": urlsplit(gateway).port is not None,
        } | (certified_settings(keys) if certified else {})
        client = Client(process)
        await client.tell(settings)
        try:
            yield client
        finally:
            await client.end()

    return start


@pytest.fixture(scope="session")
async def community(start_client: StartClient, sandbox: Server) -> AsyncIterator[Client]:
    """python-alipay-sdk."""
    async with start_client("community", f"{sandbox.url}/gateway.do") as client:
        yield client


@pytest.fixture(scope="session")
async def official(
    start_client: StartClient, sandbox: Server, port_80_address: str | None
) -> AsyncIterator[Client]:
    """alipay-sdk-python, on port 80 where that may be taken."""
    origin = f"http://{port_80_address}" if port_80_address else sandbox.url
    async with start_client("official", f"{origin}/gateway.do") as client:
        yield client


@pytest.fixture(scope="session")
async def node(start_client: StartClient, sandbox: Server) -> AsyncIterator[Client]:
    """alipay-sdk for Node.js."""
    async with start_client("node", f"{sandbox.url}/gateway.do") as client:
        yield client


@pytest.fixture(scope="session")
async def java(start_client: StartClient, sandbox: Server) -> AsyncIterator[Client]:
    """alipay-sdk-java."""
    async with start_client("java", f"{sandbox.url}/gateway.do") as client:
        yield client
