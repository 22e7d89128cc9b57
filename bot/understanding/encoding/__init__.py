"""Classifiers on the pretrained encoder: a message spelled plainly, read by the encoder's lower half, and by a tail of its own."""
