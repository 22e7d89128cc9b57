"""Tables editors already keep, in and out."""
