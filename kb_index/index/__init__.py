"""An index on disk: its parts, a shelf made of entries, and how versions come and go."""
