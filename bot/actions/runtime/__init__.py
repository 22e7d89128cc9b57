"""Shared by all actions: the turn, the parts of the app, the registry, and the endpoint that Rasa calls."""
