"""The channels: how citizens' messages come in and how replies go out. Each channel is one package."""
