"""Custom actions: what Rasa asks the app to do in a turn. Each file has one capability.

:mod:`bot.actions.runtime.endpoint` receives Rasa's calls.
"""
