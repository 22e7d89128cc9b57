"""What a citizen's own words already say: place, time, subject, phone, ticket number, type. Pure functions.

``mine(text, now, city)`` reads all of them at once; nothing here asks, stores or decides. See docs/understanding.md.
"""
