"""From a text as it came in to tokens and sentences: markup, lost and wrapped lines, misspelt words, fields."""
