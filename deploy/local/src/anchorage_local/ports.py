"""TCP ports on the loopback interface: is one free, who holds it, and one that nobody holds."""

from __future__ import annotations

import errno
import http.client
import secrets
import socket
import time
from http import HTTPStatus

import psutil

HOST = "127.0.0.1"
UNASKED = range(20_000, 30_000)
"""Ports that Linux gives to no outgoing connection, unless it is told to (`ip_local_port_range` begins at 32768)."""


class PortTaken(Exception):
    """A port that a part needs is held by somebody else; the text says by whom and how to choose another."""


def free_port() -> int:
    """A port that nobody listens on at this moment, nor takes by chance for an outgoing connection before it is used."""
    while not is_free(port := secrets.choice(UNASKED)):
        pass
    return port


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
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
    """Whether somebody answers on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def answers(port: int, path: str, timeout: float = 2) -> bool:
    """Whether a GET of the path is answered with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def holder_of(port: int) -> str:
    """Who listens on the port, for a person to read."""
    for found in psutil.net_connections(kind="tcp"):
        if found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port == port and found.pid:
            try:
                return f"{psutil.Process(found.pid).name()}, pid {found.pid}"
            except psutil.NoSuchProcess:
                break
    return "a process that this user may not see"


def claim(port: int, who: str, variable: str, patience: float = 10) -> None:
    """Make sure that `who` can listen on the port; a port still closing after a stop is waited for.

    Raises PortTaken when it is still held after `patience` seconds, or at once when somebody answers on it.
    """
    deadline = time.monotonic() + patience
    while not is_free(port):
        if accepts(port) or time.monotonic() > deadline:
            raise PortTaken(
                f"{who} needs port {port} on {HOST}, and {holder_of(port)} holds it. "
                f"Stop that process, or choose another port: {variable}=<port>."
            )
        time.sleep(0.2)
