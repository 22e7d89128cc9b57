"""Taking a complaint down: opening the form, its questions and answers, corrections, filing."""
