"""The platform's own ways: the API's client and errors, the access token, encryption, the menu, the diagnosis."""
