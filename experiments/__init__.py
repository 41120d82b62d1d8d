"""Configurations and the runs that produce a table or a figure; the demo."""
