"""Passages: parts and unions of them, shortened ones, what a question needs of them, what was left out."""
