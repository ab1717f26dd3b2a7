"""Retrievers: a question to passages."""

COMPONENTS: dict[str, str] = {
    "bm25": "rag.retrievers.bm25:BM25",
    "clustered": "rag.retrievers.clustered:Clustered",
    "dense": "rag.retrievers.dense:Dense",
    "dual_view": "rag.retrievers.dual_view:DualView",
    "fusion": "rag.retrievers.fusion:Fusion",
    "rank-bm25": "rag.retrievers.rank_bm25:RankBM25",
    "schema": "rag.retrievers.schema:Schema",
    "xtr": "rag.retrievers.xtr:XTR",
}
