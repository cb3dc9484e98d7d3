"""
For the tests of your own project: a pytest plugin, and assertions in one module a pattern.

Empty on purpose: pytest imports this package before the settings are known.
"""
