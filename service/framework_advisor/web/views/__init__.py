"""What pages show, as frozen values made by pure functions; no HTTP, no templates."""
