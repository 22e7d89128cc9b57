"""The dialogue: Rasa's training data (``data/``) and the actions it calls back (``actions/``)."""
