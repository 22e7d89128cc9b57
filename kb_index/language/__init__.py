"""Text preparation for search: normalising, tokens, typing errors, places, sentence vectors."""
