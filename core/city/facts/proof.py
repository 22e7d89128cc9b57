"""The proof of a fact: the document that states it, and who compared the fact with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from core.city.parts import Strict, Wrong


class Proof(Strict):
    """Where a fact was read, who verified it, and until when it may be told.

    Args:
        document: title of the document.
        number: its number (文号); None when the document shows none.
        issuer: who issued it.
        address: the web address where it was read, or a file of this project.
        verified_by: who compared the fact with the document: a role or an office, such as 编辑部.
        verified_on: the day of that.
        until: the last day on which the fact may be told; None: no end is known.
    """

    document: Annotated[str, Field(min_length=4, max_length=120)]
    number: Annotated[str, Field(min_length=2, max_length=60)] | None = None
    issuer: Annotated[str, Field(min_length=2, max_length=60)]
    address: Annotated[str, Field(pattern=r"^(?:https?://\S+|[a-z_]+(?:/[\w.()（）-]+)+)$", max_length=500)]
    verified_by: Annotated[str, Field(min_length=2, max_length=40)]
    verified_on: date
    until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_was_verified(self) -> Proof:
        if self.until is not None and self.until < self.verified_on:
            raise Wrong("until（有效期）不能早于 verified_on（核对日期）", str(self.until))
        return self

    @property
    def name(self) -> str:
        """The document as citizens read it: 《title》（number）."""
        title = self.document if self.document.startswith(("《", "“")) else f"《{self.document}》"
        return f"{title}（{self.number}）" if self.number else title

    def holds(self, on: date) -> bool:
        """Whether the fact may be told on a day."""
        return self.until is None or on <= self.until

    @property
    def public_address(self) -> str | None:
        """The address, when a reader can open it."""
        return self.address if self.address.startswith("http") else None
