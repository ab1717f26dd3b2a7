"""Several knowledge sources: planning which to ask, asking in order, exchanging what they gave (UniMS-RAG)."""
