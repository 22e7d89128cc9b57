"""How well search answers labelled questions, the numbers fitted to them, and what the base holds."""
