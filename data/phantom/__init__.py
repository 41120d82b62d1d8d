"""Invented lumbar spines: anatomy, pathology by grade, scanner, reports, and the truth of all of them.

`generate_study` makes one study in memory, `write_archive` a folder of DICOM series, reports and truth.
"""
