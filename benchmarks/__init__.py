"""Speed and memory of the advisor itself, as ratios measured side by side in one run."""
