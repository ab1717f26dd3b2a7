"""What the agent `translator` works with: glossaries, terms and what is known of them, checks of a translation.

The roles are CRAT's [1]: terms that a translator would not know, a graph of what is known of them, a judge of their
translations, and a translation that keeps to what was judged right.

[1] Chen et al.: CRAT, A Multi-Agent Framework for Causality-Enhanced Reflective and Retrieval-Augmented Translation
    with Large Language Models (2024), arXiv 2410.21067.
"""
