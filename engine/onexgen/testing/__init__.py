"""Runs tests in a process of their own and reads what came out."""
