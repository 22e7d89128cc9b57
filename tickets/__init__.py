"""诉求工单 (tickets): what citizens filed, what became of it, and who did what when.

Imports ``core`` only. Other parts use :class:`tickets.service.Tickets`.
"""
