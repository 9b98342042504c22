"""Reports for people: frames in, files out; no database, no clock."""
