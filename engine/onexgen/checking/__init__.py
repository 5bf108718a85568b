"""Checks and repairs of files, as rules describe them."""
