"""The schema's history; applied when the store opens."""
