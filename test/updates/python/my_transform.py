"""A transform for tests that only look at the template."""


def transform(events):
    return events
