"""Gaps: questions that the knowledge base could not answer well. They are stored, grouped, and made into drafts."""

from gaps.service import Gaps
from gaps.types import Asked

__all__ = ["Asked", "Gaps"]
