"""Summaries of many passages that say alike, by the encoder or by a chat model."""
