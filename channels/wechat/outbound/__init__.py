"""What we send to a citizen: passive replies, customer-service messages, notices, and their quota."""
