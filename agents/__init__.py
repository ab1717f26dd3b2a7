"""Agents: routes, loops and dialogues over stages."""

COMPONENTS: dict[str, str] = {
    "condense": "rag.agents.condense:Condense",
    "rules": "rag.agents.rules:Rules",
}
