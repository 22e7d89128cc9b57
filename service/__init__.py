"""The aiohttp application: start-up, settings made into parts, command line."""
