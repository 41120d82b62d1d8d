"""The whole way once on phantom studies (`deepspine demo`)."""
