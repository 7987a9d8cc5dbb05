"""What is kept: recommendations, probe runs with their results, and the hosts they ran on.

``records`` is plain data; ``store.Store`` opens the database and needs the extra ``server``.
"""
