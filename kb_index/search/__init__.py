"""One search: a version loaded, candidates, weights, probability, decision."""
