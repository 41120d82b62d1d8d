"""De-identified copies of DICOM archives, and the search for what identifies people in any archive."""
