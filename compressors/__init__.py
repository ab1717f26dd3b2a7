"""Compressors: passages to fewer, shorter, better passages."""

COMPONENTS: dict[str, str] = {
    "budget": "rag.compressors.budget:Budget",
    "cluster_summary": "rag.compressors.cluster_summary:ClusterSummary",
    "deduplicate": "rag.compressors.deduplicate:Deduplicate",
    "expand": "rag.compressors.expand:Expand",
    "gradient": "rag.compressors.gradient:Gradient",
    "guard": "rag.compressors.guard:Guard",
    "prune": "rag.compressors.prune:Prune",
    "rerank": "rag.compressors.rerank:Rerank",
    "semantic": "rag.compressors.semantic:Semantic",
    "segments": "rag.compressors.segments:Segments",
    "summary": "rag.compressors.summary:Summary",
}
