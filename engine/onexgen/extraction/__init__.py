"""What a text asks for, read with rules."""
