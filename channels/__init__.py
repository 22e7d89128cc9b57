"""How a citizen's message comes in and how the reply goes out, one package a channel."""
