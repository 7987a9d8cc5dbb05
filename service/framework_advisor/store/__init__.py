"""What is kept: recommendations, probe runs with their results, and the hosts they ran on."""

from framework_advisor.store.store import Store

__all__ = ["Store"]
