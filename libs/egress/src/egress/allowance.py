"""Internal addresses that may be called nevertheless, for development."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

HIGHEST_PORT = 65_535
FORM = "write it as ADDRESS:PORT or ADDRESS:FROM-TO, such as 127.0.0.1:9000 or [::1]:9000-9999"

IpAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Allowance:
    """One address with the ports from `first` to `last`."""

    address: IpAddress
    first: int
    last: int

    def holds(self, address: IpAddress, port: int) -> bool:
        """Whether this is the address and one of the ports."""
        return address == self.address and self.first <= port <= self.last


def read_allowances(text: str) -> tuple[Allowance, ...]:
    """The allowances of a comma-separated list such as `127.0.0.1:9000-9999,[::1]:9000`.

    Raises ValueError, with the entry and the right form, for an entry that cannot be read.
    """
    return tuple(_read(entry.strip()) for entry in text.split(",") if entry.strip())


def _read(entry: str) -> Allowance:
    host, _, ports = entry.rpartition(":")
    first, dash, last = ports.partition("-")
    try:
        address = ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
        allowance = Allowance(address, int(first), int(last if dash else first))
    except ValueError:
        raise ValueError(f"{entry!r} is not an address with a port: {FORM}") from None
    if not 1 <= allowance.first <= allowance.last <= HIGHEST_PORT:
        raise ValueError(f"{entry!r} has no port from 1 to {HIGHEST_PORT}, in rising order: {FORM}")
    return allowance
