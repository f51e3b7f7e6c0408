# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who answers the keyring's prompts: a script in the place of a person."""
import os
import subprocess

UNANSWERED = 3600000    # a delay in ms that no test lives to see the end of


class Prompter:
    def __init__(self, desktop, delay, *answers):
        self.process = desktop.start([os.environ["OTRD_MOCK_PROMPTER"], str(delay), *answers],
                                     stdout=subprocess.PIPE, stderr=desktop.log)
        self.name = self.process.stdout.readline().decode().strip()

    def wait_for_prompt(self):
        assert self.process.stdout.readline() == b"prompt\n"

    def count_prompts(self):
        """Those that nobody waited for; it is over with it then."""
        self.process.terminate()
        return self.process.stdout.read().count(b"prompt\n")
