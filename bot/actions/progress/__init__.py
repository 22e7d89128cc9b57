"""A citizen's ticket: asking for its progress, urging, adding to it, rating."""
