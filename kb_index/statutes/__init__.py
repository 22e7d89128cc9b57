"""Articles of law: a second index, beside that of the entries, shown to citizens for reference only."""
