"""A package for tests that only look at the template."""
