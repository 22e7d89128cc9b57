"""The knowledge base: read, check, embed, index, search, calibrate, evaluate the editors' Markdown.

:class:`kb_index.service.KnowledgeBase` is what the rest of the system uses; :mod:`kb_index.cli.commands` what editors type.
"""
