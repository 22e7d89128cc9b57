"""The second shelf: articles of law, shown for reference."""
