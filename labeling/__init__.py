"""Text to label tables, with evidence."""
