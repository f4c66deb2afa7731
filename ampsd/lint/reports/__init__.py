"""Findings as text, JSON, SARIF, JUnit and GitHub annotations: one file per form."""
