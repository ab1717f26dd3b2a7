"""Decoding with models in this process: caches, drafts, switching between models, tokens to text."""
