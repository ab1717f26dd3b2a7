"""Sparse encoders: text to weights of a vocabulary."""

COMPONENTS: dict[str, str] = {
    "lexical": "rag.sparse.lexical:LexicalWeights",
    "sentence-transformers": "rag.sparse.sentence_transformers:SentenceTransformersSparse",
}
