"""Questions with answers and exact evidence, made from one's own documents."""
