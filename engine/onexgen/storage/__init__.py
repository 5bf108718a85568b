"""Puts packages on disk: all files or none, and nothing of the user's is lost."""
