"""Leaves the reports to a thread of their own, and sends the next line at once."""

import threading

from student_client import Client

MISTAKES = [30]
BREAKS = "C3.1"


class ReadsReportsElsewhere(Client):
    def wait_for_report(self, to):
        if threading.active_count() < 3:
            threading.Thread(target=self.read_reports, daemon=True).start()

    def read_reports(self):
        while line := self.reports.readline():
            if line.strip():
                self.reported(b"somebody", line.strip())
        self.server_has_gone()


ReadsReportsElsewhere().run()
