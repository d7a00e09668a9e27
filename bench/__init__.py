"""Measurements over HTTP, as ratios within one run: machines are noisy."""
