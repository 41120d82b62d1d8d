"""Boxes around bodies and discs: the second way to find the spine (Pan 2021, Cina 2024)."""
