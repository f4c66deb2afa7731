"""What the admin interface answers: requests to responses, without HTTP, sockets or files."""
