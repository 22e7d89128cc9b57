"""The category (事项分类) of a citizen's story: :func:`suggest`."""

from bot.understanding.category.judging import Classifier, likely, shipped, suggest, suggest_by_words

__all__ = ["Classifier", "likely", "shipped", "suggest", "suggest_by_words"]
