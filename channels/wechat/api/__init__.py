"""Calls to the platform's API: the client, the access token, the menu, the diagnosis."""
