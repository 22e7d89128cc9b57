"""Entries as Markdown: read, linked, rendered and written."""
