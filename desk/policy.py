"""The installation's rules for signing in, made from the settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from core.errors import ConfigurationError
from desk.roles import Role

BY_DEFAULT = frozenset({"admin", "auditor"})
"""Roles that need a second factor when the desk is reached by https and the setting says nothing."""
NOBODY = "none"
"""Value of the setting by which no role needs a second factor."""


@dataclass(frozen=True)
class Policy:
    """Rules for sessions, cookies and second factors.

    Args:
        idle: time without an action of the person after which a session ends.
        longest: time after which a session ends in any case.
        second_factor: roles that need a second factor.
        public_url: address at which agents reach the app; empty when it is the address of the request.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    second_factor: frozenset[str] = frozenset()
    public_url: str = ""

    @property
    def https(self) -> bool:
        """Whether the public address is one of https."""
        return self.public_url.lower().startswith("https://")


def second_factor_roles(wanted: Iterable[str], *, https: bool) -> frozenset[str]:
    """The roles that need a second factor.

    Args:
        wanted: what the setting ``WENBAN_DESK_SECOND_FACTOR`` lists.
        https: whether the public address is one of https. On plain http, which is for development only, no role needs
            one by default.

    Raises:
        ConfigurationError: there is no such role.

    >>> sorted(second_factor_roles(["supervisor"], https=False))
    ['supervisor']
    >>> second_factor_roles(["none"], https=True)
    frozenset()
    """
    named = frozenset(wanted)
    if not named:
        return BY_DEFAULT if https else frozenset()
    if named == {NOBODY}:
        return frozenset()
    unknown = sorted(named - set(Role) - BY_DEFAULT)
    if unknown:
        raise ConfigurationError(
            f"WENBAN_DESK_SECOND_FACTOR：没有“{'、'.join(unknown)}”这个角色；谁都不要第二步验证就填 none。"
        )
    return named
