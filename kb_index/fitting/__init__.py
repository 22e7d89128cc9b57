"""The numbers of search: fitted to questions, and chosen for a base."""
