"""Questions to queries by rules: what can be put together from the names in a question."""
