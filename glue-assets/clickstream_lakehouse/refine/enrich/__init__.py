"""Stage 2's enrichment: pure functions over columns, nothing read but the line itself."""
