"""Where a message goes over to another matter."""
