"""Conversations: the messages of citizens, bot and agents, and who answers each conversation now."""
