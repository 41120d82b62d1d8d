"""Public datasets, from the layouts in which they are published to what `deepspine build` reads."""
