"""Entries as Markdown files: reading, cross-references, rendering, writing."""
