"""The base of every other package: errors, settings, city, database, events, jobs, ids, privacy, text.

This package imports no other package of Wenban.
"""
