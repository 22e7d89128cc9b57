"""Receiving: checks, decrypts and parses the platform's requests, and gives their messages to conversations."""
