"""One search: candidates, weights, probability, decision."""
