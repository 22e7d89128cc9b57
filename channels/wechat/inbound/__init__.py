"""Receiving from the platform: check, decrypt, parse, and hand the message to conversations."""
