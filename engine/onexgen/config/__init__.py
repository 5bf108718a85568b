"""The grammar: every key that a user may write."""
