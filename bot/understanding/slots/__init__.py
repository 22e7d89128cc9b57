"""Reads place, time and subject of a request: own rules and a tagger over the encoder's token states, with a confidence."""
