/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of texts that were sent and not proven read, up to the bounds and past them. */
#include <unistd.h>

#include "engine/engine.h"
#include "engine/kept.h"

#define TEXT_AND_IDS (ENGINE_KEPT_MAX_TEXTS + ENGINE_KEPT_MAX_IDS)

static void
add_many (EngineKept *kept, guint32 epoch, guint64 first, guint64 last)
{
  for (guint64 id = first; id <= last; id++)
    engine_kept_add (kept, epoch, id, "text");
}

/* All, one after the other, those without text before those with it. */
static void
assert_taken (EngineKept *kept, guint64 first, guint64 first_with_text, guint64 last)
{
  GList *forgotten;
  GList *texts = engine_kept_take (kept, &forgotten);
  GList *all = g_list_concat (forgotten, texts);
  guint64 id = first;

  for (GList *link = all; link != NULL; link = link->next, id++)
    {
      const EngineKeptText *text = link->data;

      g_assert_cmpuint (text->id, ==, id);
      g_assert_cmpstr (text->text, ==, id < first_with_text ? NULL : "text");
    }
  g_assert_cmpuint (id, ==, last + 1);
  g_list_free_full (all, (GDestroyNotify)engine_kept_text_free);
}

static void
test_of_too_many_the_ids_are_kept (void)
{
  EngineKept kept = { 0 };

  add_many (&kept, 1, 1, ENGINE_KEPT_MAX_TEXTS + 44);
  assert_taken (&kept, 1, 45, ENGINE_KEPT_MAX_TEXTS + 44);
  add_many (&kept, 1, 1, 1);
  assert_taken (&kept, 1, 1, 1);
}

static void
test_of_too_much_the_ids_are_kept (void)
{
  g_autofree char *large = g_strnfill (ENGINE_KEPT_MAX_BYTES / 2, 'x');
  EngineKept kept = { 0 };
  GList *forgotten, *texts;

  for (guint i = 1; i <= 3; i++)
    engine_kept_add (&kept, 1, i, large);
  g_assert_cmpuint (kept.bytes, <=, ENGINE_KEPT_MAX_BYTES);
  texts = engine_kept_take (&kept, &forgotten);
  g_assert_cmpuint (g_list_length (forgotten), ==, 1);
  g_assert_cmpuint (g_list_length (texts), ==, 2);
  g_list_free_full (forgotten, (GDestroyNotify)engine_kept_text_free);
  g_list_free_full (texts, (GDestroyNotify)engine_kept_text_free);
}

static void
test_what_is_forgotten_can_be_proven (void)
{
  EngineKept kept = { 0 };

  add_many (&kept, 1, 1, 300);
  engine_kept_prove (&kept, 2);
  engine_kept_prove (&kept, 2);
  assert_taken (&kept, 2, 45, 300);
  add_many (&kept, 1, 1, 300);
  add_many (&kept, 2, 301, 302);
  engine_kept_prove (&kept, 3);
  assert_taken (&kept, 302, 302, 302);
}

/* The contact's use of the next key proves one text of the epoch, and that one is gone already. */
static void
test_none_is_proven_in_the_place_of_another (void)
{
  EngineKept kept = { 0 };

  add_many (&kept, 1, 1, TEXT_AND_IDS + 1);
  engine_kept_prove (&kept, 2);
  assert_taken (&kept, 2, ENGINE_KEPT_MAX_IDS + 2, TEXT_AND_IDS + 1);
}

int
main (int argc, char **argv)
{
  alarm (280);
  engine_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kept/of-too-many-the-ids-are-kept", test_of_too_many_the_ids_are_kept);
  g_test_add_func ("/kept/of-too-much-the-ids-are-kept", test_of_too_much_the_ids_are_kept);
  g_test_add_func ("/kept/what-is-forgotten-can-be-proven", test_what_is_forgotten_can_be_proven);
  g_test_add_func ("/kept/none-is-proven-in-the-place-of-another",
                   test_none_is_proven_in_the_place_of_another);
  return g_test_run ();
}
