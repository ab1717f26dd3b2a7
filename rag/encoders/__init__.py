"""Encoders: text to unit vectors."""

COMPONENTS: dict[str, str] = {
    "cached": "rag.encoders.cached:Cached",
    "minilm": "rag.encoders.minilm:MiniLM",
    "openai": "rag.encoders.openai:OpenAI",
    "sentence-transformers": "rag.encoders.sentence_transformers:SentenceTransformers",
    "static": "rag.encoders.static:Static",
}
