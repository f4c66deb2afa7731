"""What a test does, one class for each word."""
