"""Crops of a level to grade sets."""
