"""How well search answers labelled questions, and the weights fitted on them."""
