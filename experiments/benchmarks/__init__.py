"""Measurements of speed and memory, against the best that one could do by hand."""
