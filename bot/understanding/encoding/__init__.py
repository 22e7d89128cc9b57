"""Classifiers on the pretrained encoder.

A message is put into one spelling (``reading``). The encoder's lower layers read it, and then the classifier's own
layers (``tail``), which ``tuning`` makes.
"""
