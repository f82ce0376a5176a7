"""Bedrooms that never were: rendered with exact truth, to train and examine on."""
