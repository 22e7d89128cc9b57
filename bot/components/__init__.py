"""Our components for Rasa's pipeline; they run in Rasa's environment (Python 3.10)."""
