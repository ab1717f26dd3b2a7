"""Token encoders: text to a unit vector for every token."""

COMPONENTS: dict[str, str] = {
    "minilm": "rag.tokens.minilm:MiniLMTokens",
    "skill": "rag.tokens.skill:SkillTokens",
    "sentence-transformers": "rag.tokens.sentence_transformers:SentenceTransformersTokens",
}
