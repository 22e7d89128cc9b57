"""The application: makes all parts from the settings, starts them, and has the command line."""
