"""Groups of routes, one file each with `router(context)`; a role names those that it has."""
