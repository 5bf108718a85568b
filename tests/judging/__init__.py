"""The judge, run so that a hundred packages take half an hour."""
