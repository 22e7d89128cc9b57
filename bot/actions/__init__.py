"""Custom actions: what Rasa asks the app to do within a turn. One capability a file; see :mod:`bot.actions.runtime.endpoint`."""
