"""Puts the editors' files in service: build, watch, roll back."""
