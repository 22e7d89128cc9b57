"""The editors' files held to the rules: schema, similar questions, regions, statutes."""
