"""A submitted notebook, which may hold anything: read within bounds, repaired from the release, sanitized."""
