"""Stage 2's enrichment: pure functions over the columns of a line."""
