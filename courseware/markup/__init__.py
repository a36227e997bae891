"""Markdown and YAML of authors: read, checked with line and column, rendered to safe HTML."""
