"""What published encoders expect in front of a text. Without it they lose several points of nDCG."""

from __future__ import annotations

import re

__all__ = ["prefixes"]

SEARCH = "Represent this sentence for searching relevant passages: "
INSTRUCT = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "

# Matched in order against the lower-case model name; the first that fits wins. From the models' cards.
PREFIXES: tuple[tuple[str, str, str], ...] = (
    (r"e5-.*instruct|e5-mistral|gte-qwen|sfr-embedding|linq-embed", INSTRUCT, ""),
    (r"qwen3-embedding", INSTRUCT.rstrip(" "), ""),
    (r"(^|[/_-])e5[-_]", "query: ", "passage: "),
    (r"bge-.*-zh", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"bge-(small|base|large)-en", SEARCH, ""),
    (r"arctic-embed.*-v2", "query: ", ""),
    (r"arctic-embed|mxbai-embed-large|uae-large", SEARCH, ""),
    (r"nomic-embed|modernbert-embed", "search_query: ", "search_document: "),
    (r"embeddinggemma", "task: search result | query: ", "title: none | text: "),
)


def prefixes(model: str) -> tuple[str, str]:
    """(query prefix, passage prefix) of a model by its name; both empty for one that needs none or is not known."""
    name = model.lower()
    return next(((query, passage) for pattern, query, passage in PREFIXES if re.search(pattern, name)), ("", ""))
