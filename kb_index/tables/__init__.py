"""Tables editors already keep: rows become drafts, entries become rows."""
