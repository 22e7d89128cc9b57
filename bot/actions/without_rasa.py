"""When Rasa is down: the knowledge base alone, and only when it is sure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.context import KnowledgeBase
from bot.actions.policy import answer_text
from conversations.types import Reply
from kb_index.render import answer_card


async def sure_answer(knowledge: KnowledgeBase, question: str, regions: Sequence[str]) -> Reply | None:
    """The answer to a question, if the knowledge base is sure of it; None otherwise."""
    result = await knowledge.search(question, regions=regions)
    if result.outcome != "answer":
        return None
    entry = result.hits[0].entry
    return Reply(answer_text(entry), card=answer_card(entry))
