"""Datasets: crops of every level beside what the reports leave possible, in checksummed shards."""
