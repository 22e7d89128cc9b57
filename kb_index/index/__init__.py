"""An index on disk: its parts, the shelf (the searchable form of a set of entries), and its versions."""
