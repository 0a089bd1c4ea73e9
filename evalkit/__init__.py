"""Evaluation and regression tests for the tool calls of language models."""

__version__ = "0.1.0"
