"""HTTP: thin controllers over the advisor, the store and the run queue.

``schemas`` needs pydantic alone, so that the command line prints the very same documents.
"""
