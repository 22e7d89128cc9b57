"""Tells when an entry says nothing of what a question names, however alike the words are otherwise."""

from __future__ import annotations

from kb_index.entries.entry import Entry
from kb_index.language.unsaid import missing, untold_amount


def unsaid(question: str, entry: Entry) -> bool:
    """Whether a short question names a deed, a thing or a number that an entry nowhere mentions, or an amount it does not tell.

    Args:
        question: the citizen's words.
        entry: the entry that would be given as the answer.
    """
    answer = "\n".join(part for section in entry.sections.items() for part in section)
    answer = f"{entry.answer}\n{answer}"
    whole = "\n".join((*entry.questions, answer))
    return bool(missing(question, whole)) or untold_amount(question, answer)
