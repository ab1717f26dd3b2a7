"""Questions about things that are only described: what they are is asked first."""
