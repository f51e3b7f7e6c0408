// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The report of an import, in words. */

/* Whether something is, or would be, added. */
gboolean takeover_report_has_news (GVariant *report);
/* Whether a file as a whole makes no sense. */
gboolean takeover_report_has_damaged_file (GVariant *report);
/* For people, account by account; @policies: lines about these; @done: it has happened. Free it. */
char *takeover_report_describe (GVariant *report, const char *policies, gboolean done);

G_END_DECLS
