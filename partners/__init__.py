"""The city's own work-order systems: an API for them, and signed messages (webhooks) about what happened to tickets."""
