"""Suites as pytest items; imports nothing heavy until the first suite is collected."""
