"""How fast Bedcheck is, beside others, in the same run on the same machine."""
