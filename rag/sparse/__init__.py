"""Sparse encoders: a text to weights over a vocabulary."""

COMPONENTS: dict[str, str] = {
    "lexical": "rag.sparse.lexical:LexicalWeights",
    "pieces": "rag.sparse.pieces:Pieces",
    "sentence-transformers": "rag.sparse.sentence_transformers:SentenceTransformersSparse",
}
