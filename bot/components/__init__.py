"""Parts of Rasa's pipeline that are our own; run in Rasa's environment (Python 3.10)."""
