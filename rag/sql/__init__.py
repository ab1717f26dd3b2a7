"""Databases that are asked in words: their schema, what of it a question needs, and statements that only read."""
