"""The second shelf: articles of law, indexed, and shown for reference."""
