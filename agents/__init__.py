"""Agents: routes, loops and dialogues over stages."""

COMPONENTS: dict[str, str] = {
    "complexity": "rag.agents.complexity:Complexity",
    "condense": "rag.agents.condense:Condense",
    "rules": "rag.agents.rules:Rules",
}
