"""Before attachment: mentions are put into the one order that the grammar reads, and what tells nothing is left out."""
