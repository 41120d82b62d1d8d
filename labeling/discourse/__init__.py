"""From sentence to report: sections, headings, tables, and the levels that a sentence inherits or points back to.

`reader` goes through a report sentence by sentence; `headings` and `table_cells` read what announces levels and topics,
`references` find what "this level" and its like point to, `stating` turns the frames of a clause into statements.
What all of them know of the place in the report is one `context.Context`.
"""
