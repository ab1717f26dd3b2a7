"""Questions over the rows of a table: which has the most, how many, which ones, how much altogether."""
