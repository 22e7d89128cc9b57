"""What the platform sends us: checked, decrypted, parsed, and made a turn."""
