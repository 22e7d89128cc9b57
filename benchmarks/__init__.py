"""Measurements of speed and memory. Each is a module whose ``run()`` returns figures, the rows of one table."""
