"""Talk around the capabilities: small talk, anger, digressions, handoff to a human."""
