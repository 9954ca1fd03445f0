"""TCP ports on the loopback interface: check one, name its holder, pick a free one."""

from __future__ import annotations

import errno
import http.client
import secrets
import socket
import time
from http import HTTPStatus

import psutil

HOST = "127.0.0.1"
NOT_EPHEMERAL = range(20_000, 30_000)
"""Ports outside Linux's default range for outgoing connections (`ip_local_port_range` begins at 32768)."""


class PortTaken(Exception):
    """Another process holds a port; the text names the process and the variable that changes the port."""


def free_port() -> int:
    """A port that is free now and that no outgoing connection takes before it is used."""
    while not is_free(port := secrets.choice(NOT_EPHEMERAL)):
        pass
    return port


def is_free(port: int) -> bool:
    """Whether a server can listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def accepts(port: int) -> bool:
    """Whether the port accepts a connection."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def answers(port: int, path: str, timeout: float = 2) -> bool:
    """Whether GET of the path answers 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def holder_of(port: int) -> str:
    """The process that listens on the port, for a message."""
    for found in psutil.net_connections(kind="tcp"):
        if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid:
            try:
                return f"{psutil.Process(found.pid).name()}, pid {found.pid}"
            except psutil.NoSuchProcess:
                break
    return "a process that this user cannot see"


def ensure_free(port: int, name: str, variable: str, timeout: float = 10) -> None:
    """Wait until the part `name` can listen on the port, which may still be closing after a stop.

    Raises PortTaken after `timeout` seconds, or at once when the port accepts connections.
    """
    deadline = time.monotonic() + timeout
    while not is_free(port):
        if accepts(port) or time.monotonic() > deadline:
            raise PortTaken(
                f"{name} needs port {port} on {HOST}, and {holder_of(port)} holds it. "
                f"Stop that process, or choose another port with {variable}=<port>."
            )
        time.sleep(0.2)
