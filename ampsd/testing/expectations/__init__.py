"""What a test expects, one class for each word."""
