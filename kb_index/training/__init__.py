"""Training of the embedded model and the pretrained encoder."""
