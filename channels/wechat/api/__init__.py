"""The platform's interface: client and errors of its API, access token, encryption, menu, and diagnosis."""
