"""What every part of Wenban stands on: errors, settings, database, events, ids, privacy.

Nothing here imports another of our packages.
"""
