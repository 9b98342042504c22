"""What is computed from the marts: frames in, frames out; no clock, no warehouse."""
