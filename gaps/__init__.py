"""What citizens asked and the knowledge base could not answer well: kept, grouped, and made into draft entries."""

from gaps.service import Gaps
from gaps.types import Asked

__all__ = ["Asked", "Gaps"]
