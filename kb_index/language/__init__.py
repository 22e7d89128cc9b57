"""Text as search sees it: one spelling, tokens, typing errors, places, sentence vectors."""
