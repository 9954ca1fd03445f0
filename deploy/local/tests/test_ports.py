"""Ports that are taken, and by whom."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from anchorage_local.ports import HOST, PortTaken, ensure_free, free_port, is_free

FIRST_OUTGOING = 32_768
"""Linux's own, where `ip_local_port_range` is not set otherwise."""


def test_a_port_in_use_is_named_with_its_holder_and_the_way_to_another() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            ensure_free(port, "gateway", "ANCHORAGE_GATEWAY_PORT")
    text = str(caught.value)
    assert f"gateway needs port {port}" in text
    assert f"pid {os.getpid()}" in text
    assert "ANCHORAGE_GATEWAY_PORT=<port>" in text


def test_a_port_that_is_still_closing_is_waited_for() -> None:
    port = free_port()
    closing = socket.socket()
    closing.bind((HOST, port))  # held, but nobody answers
    threading.Timer(0.5, closing.close).start()
    assert not is_free(port)
    ensure_free(port, "kafka", "ANCHORAGE_KAFKA_PORT", timeout=10)
    assert is_free(port)


def test_a_port_that_never_closes_is_an_error_in_the_end() -> None:
    with socket.socket() as held:
        held.bind((HOST, 0))
        with pytest.raises(PortTaken, match="kafka needs port"):
            ensure_free(held.getsockname()[1], "kafka", "ANCHORAGE_KAFKA_PORT", timeout=0.3)


def test_a_free_port_is_none_that_an_outgoing_connection_takes_by_chance() -> None:
    assert max(free_port() for _ in range(100)) < FIRST_OUTGOING
