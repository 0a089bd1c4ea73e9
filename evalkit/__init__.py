"""Evaluation and regression tests for the tool calls of language models."""
