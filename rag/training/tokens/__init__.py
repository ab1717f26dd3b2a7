"""Training the token vectors of late interaction: `rag train tokens`."""
