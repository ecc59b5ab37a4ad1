"""Stage 2: the lines of `raw` become rows of `events` and `bad_events`."""
