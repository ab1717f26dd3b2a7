"""Training of the cross-encoder: one model that ranks, reads, prunes, checks claims and compares answers."""
