"""Search: loading a version, finding candidates, weighing them, their probability, the outcome."""
