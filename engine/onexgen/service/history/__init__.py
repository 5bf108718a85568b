"""What is remembered of runs, in SQLite or PostgreSQL."""
