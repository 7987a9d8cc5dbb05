"""Pages for people: a form for the profile, the answer, this host and its runs, the knowledge.

Controllers are thin, ``views`` holds what templates show as frozen values made by pure functions.
Everything that a page loads comes from this package.
"""
