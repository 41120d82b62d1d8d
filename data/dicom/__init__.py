"""DICOM archives: what they hold, which series matter, and their voxels in patient space."""
