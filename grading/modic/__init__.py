"""Modic changes voxel by voxel: altered marrow beside an endplate, typed by its signal on T1 and T2 (Gao 2022)."""
