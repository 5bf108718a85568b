"""What a gate says of packages: verdicts, their reports, and what is known already."""
