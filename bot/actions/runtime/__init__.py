"""What every action works with: the turn, the parts of the app, the registry, the address Rasa calls."""
