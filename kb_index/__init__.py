"""The knowledge base: read, check, embed, index, search, calibrate, evaluate the editors' Markdown.

:class:`kb_index.service.KnowledgeBase` is what the rest of the system uses; :mod:`kb_index.cli.commands` what editors type,
:mod:`kb_index.entry_page` what citizens open. The rooms and who may import whom: docs/architecture.md, "Where things are".
"""
