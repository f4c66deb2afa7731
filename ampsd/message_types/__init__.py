"""Message bodies: one file per MessageType."""
