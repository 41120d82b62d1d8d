"""The clause grammar, part by part; `deepspine.labeling.attachment` puts them together."""
