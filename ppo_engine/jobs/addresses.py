"""Addresses: which reach only this machine, and under which other machines of its network would reach it."""

from __future__ import annotations

import ipaddress
import socket

import psutil


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def in_the_network() -> str:
    """This machine's own IPv4 address in its network, as its interfaces tell it; empty without one. Asks nobody."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        ipaddress.ip_address(one.address)
        for name, addresses in psutil.net_if_addrs().items() if name in up
        for one in addresses if one.family == socket.AF_INET
    ]  # fmt: skip
    usable = [address for address in found if not address.is_loopback and not address.is_link_local]
    return str(min(usable, key=lambda address: not address.is_private)) if usable else ""
