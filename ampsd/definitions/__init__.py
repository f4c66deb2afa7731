"""What can be configured: one file per AMPSConfig section."""
