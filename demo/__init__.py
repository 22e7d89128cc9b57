"""A year of made-up tickets, so that every page of the desk can be looked at. Nothing here is used by a running hotline."""
