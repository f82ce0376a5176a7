"""The harness: the project's figures, measured the same way for any detector."""
