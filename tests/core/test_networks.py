"""Which network addresses belong to one customer."""

from __future__ import annotations

import pytest

from core.networks import customer_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("203.0.113.9", "::ffff:203.0.113.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("unix", "unix", True),
    ],
)
def test_a_customer_with_many_addresses_is_one_source(one: str, other: str, same: bool) -> None:
    assert (customer_of(one) == customer_of(other)) is same
