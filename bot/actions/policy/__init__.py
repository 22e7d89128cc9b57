"""Answers policy questions from the knowledge base, and handles follow-ups to an answer."""
