/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fuzzes the reading and the assembling of lines. */
#include "fuzz.h"

#include <string.h>

#include "engine/assembler.h"
#include "engine/line.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *input, size_t length)
{
  g_autofree char *text = g_strndup ((const char *)input, length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (EngineAssembler) assembler = engine_assembler_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (EngineLine) line = engine_line_read (lines[i]);
      g_autofree char *whole = NULL;

      if (line->type == ENGINE_LINE_FRAGMENT)
        whole = engine_assembler_add (assembler, "one", line);
      if (line->type == ENGINE_LINE_MESSAGE)
        g_assert_cmpuint (line->mac_offset + 20, <=, line->body_len);
      if (whole != NULL)
        {
          g_autoptr (EngineLine) assembled = engine_line_read (whole);

          g_assert_cmpuint (strlen (whole), <=, ENGINE_LINE_MAX);
        }
    }
  return 0;
}
