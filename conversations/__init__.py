"""What was said, by whom, and who answers now."""
