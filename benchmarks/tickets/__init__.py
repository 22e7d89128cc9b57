"""A year of a city: how fast its tickets are listed, searched, opened, filed and looked at by the clock.

``python -m benchmarks.tickets [--count N] [--database sqlite|postgresql|URL] [--folder PATH]`` fills a database with made-up tickets,
a tenth of them open, and asks the desk's own addresses on a server in this process. With a folder the filled SQLite file is kept, and
used again; so is a PostgreSQL database that is named by its address. Besides the times it reports for how long the event loop was
held meanwhile, because everybody waits for that.
"""
