"""A ticket's progress: asking, urging, adding to it."""
