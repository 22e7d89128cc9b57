"""From the editors' files to a version in service: build, watch, roll back."""
