"""What may be wrong with a configuration: one file per rule, and what is done with their findings.

Here: rules, profiles, suppressions, baselines, fixes and reports. Reading files and building definitions is config's.
"""
