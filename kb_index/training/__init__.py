"""Making the embedded model and the pretrained encoder."""
