"""Answering a policy question from the knowledge base, and what follows from the answer."""
