"""A night in seconds, on a simulated clock: what `scripts/demo` shows."""
