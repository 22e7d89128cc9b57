"""Pages that anybody may open without a conversation and without an account."""
