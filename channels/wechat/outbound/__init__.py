"""Sending: passive replies, customer-service messages, notices, and their quota."""
