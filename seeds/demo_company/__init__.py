"""The demo company: an invented software vendor with planted truths and hard cases."""
