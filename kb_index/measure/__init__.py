"""Measures search on labelled questions, fits its numbers, and counts the knowledge base's content."""
