"""The night: agreements, windows, looks and whom to call."""
