"""The editors' files held to the rules: schema, dates, sources, similar questions, regions, statutes."""
