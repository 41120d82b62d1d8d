"""Experiments on Modic changes: classified from crops, mapped voxel by voxel, and both together."""
