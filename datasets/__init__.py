"""The manifest, and degradations of pictures with known truth."""
