"""Two versions: ours, and the AMPS version whose behaviour we report to clients at logon."""

AMPSD_VERSION = "0.1.0"
"""Version of this program and package."""

AMPS_VERSION = "5.3.5.0"
"""What the logon ack says; clients choose features by it (four dotted numbers)."""
