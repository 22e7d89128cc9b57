"""Checks of the editors' files: schema, dates, sources, similar questions, regions, statutes."""
