"""Words: text to index terms, function words, and what words mean in source code."""
