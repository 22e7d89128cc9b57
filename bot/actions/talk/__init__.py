"""The talk around the capabilities: small talk, anger, digressions, the way to a human."""
