"""An index version on disk: its parts, how it is built, and how versions come and go."""
