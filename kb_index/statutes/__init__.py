"""Articles of law: an index of their own, besides that of the entries. Citizens see articles for reference only."""
