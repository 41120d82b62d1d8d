"""How fast the labeler is, beside medspaCy on the same texts."""
