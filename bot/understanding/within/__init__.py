"""Finds the sentences of an entry that answer a follow-up question (那他们能罚款吗) about what was just answered."""
