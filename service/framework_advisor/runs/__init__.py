"""Probe runs on this host: what may be asked, one at a time, supervised, always reaped."""
