"""诉求工单 (tickets): the requests that citizens filed, their state, and their history.

This package imports only ``core``. Other packages use :class:`tickets.service.Tickets`.
"""
