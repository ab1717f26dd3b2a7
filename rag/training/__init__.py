"""Training the skills: `rag train`. One file a recipe; torch is imported inside them and nowhere else."""

__all__ = ["RECIPES"]

RECIPES: dict[str, str] = {
    "boundary": "rag.training.boundary:BoundaryRecipe",
    "coherence": "rag.training.coherence:CoherenceRecipe",
    "complexity": "rag.training.complexity:ComplexityRecipe",
    "cross": "rag.training.cross.recipe:Cross",
    "equivalence": "rag.training.equivalence:EquivalenceRecipe",
    "lexical": "rag.training.lexical:LexicalRecipe",
    "sources": "rag.training.planner:SourcesRecipe",
    "tokens": "rag.training.tokens.recipe:TokensRecipe",
}
"""Skill to its recipe's place."""
