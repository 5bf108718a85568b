"""How many planted faults a package notices."""
