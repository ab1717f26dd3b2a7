"""Chat models."""

COMPONENTS: dict[str, str] = {
    "entropy_adaptive": "rag.llms.entropy_adaptive:EntropyAdaptive",
    "escalate": "rag.llms.escalate:Escalate",
    "local": "rag.llms.local:Local",
    "openai": "rag.llms.openai:OpenAI",
}
