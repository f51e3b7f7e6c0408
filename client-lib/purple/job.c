// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The id is drawn: other messengers of the user's draw theirs. */

#include "job.h"

#include <string.h>

/* Of the contract's. */
#define ID_MAX (((guint64)1 << 53) - 1)

Job *
job_new (const Job *job)
{
  Job *copy = g_memdup2 (job, sizeof *job);

  copy->id = ((guint64)g_random_int () << 32 | g_random_int ()) & ID_MAX;
  return copy;
}

void
job_free (Job *job)
{
  if (job->destroy != NULL)
    job->destroy (job->user_data);
  g_free (job->text);
  g_free (job->from);
  g_free (job);
}

Text
job_get_text (const Job *job)
{
  return (Text){ job->text, job->flags, job->time };
}

GVariant *
job_line_options (const Job *job)
{
  g_autofree char *id = g_strdup_printf ("otrd-purple-%" G_GINT64_MODIFIER "x", job->id);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "id", "s", id);
  if (strchr (job->from, '/') != NULL)
    g_variant_dict_insert (&options, "from", "s", job->from);
  return g_variant_dict_end (&options);
}

GVariant *
job_text_options (const Job *job)
{
  return g_variant_new_parsed ("{'id': <%t>}", job->id);
}
