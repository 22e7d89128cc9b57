"""The knowledge base: reads, checks, indexes, searches and measures the editors' Markdown.

The rest of the system uses :class:`kb_index.service.KnowledgeBase`. Editors use the commands of
:mod:`kb_index.cli.commands`. Citizens open the pages of :mod:`kb_index.entry_page`. The sub-packages, and
which of them may import which, are listed in docs/architecture.md, "Where things are".
"""
