"""Labels against other labels: labeler against readers, readers against each other, reports against pictures."""
