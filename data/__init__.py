"""What is known: levels, findings, grade sets, label tables, geometry, volumes, studies, datasets, phantoms.

Imports no other room.
"""
