"""Reads facts from a citizen's message (place, time, subject, phone, type …) and decides what it is.

``mine(text, now, city)`` reads all facts at once. The readers are pure functions. See docs/understanding.md.
"""
