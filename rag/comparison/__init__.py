"""Comparing two named things by rule: recognising such questions, reading values, and judging them."""
