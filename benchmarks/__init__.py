"""Speed and memory, each benchmark a module whose ``run()`` gives rows of one table."""
