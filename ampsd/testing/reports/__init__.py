"""Outcomes of cases as text, JSON and JUnit: one file per form."""
