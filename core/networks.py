"""Which network addresses belong together."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address


def customer_of(address: str) -> str:
    """What one customer of a network provider has: an IPv4 address, or the first 64 bits of an IPv6 address.

    A text that is no address is returned as it is.

    >>> customer_of("2001:db8:1:2:3::4"), customer_of("::ffff:203.0.113.9"), customer_of("203.0.113.9")
    ('2001:db8:1:2::/64', '203.0.113.9', '203.0.113.9')
    """
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv4Address):
        return str(read)
    return str(read.ipv4_mapped or IPv6Network((read.packed, 64), strict=False))
