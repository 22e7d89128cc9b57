"""``wenban kb …``: the commands editors and operators type."""
