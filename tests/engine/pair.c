/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pair: what core, bus and messengers do between two engines, in a few lines. */
#include "pair.h"

#include "engine/engine.h"

#define ALICE_TAG 0x0a11ce01
#define BOB_TAG 0x00b0b002

EngineKey *
fixture_key (const char *name)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "fixtures", name, NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (Secret) secret = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  EngineKey *key;

  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  secret = secret_new (bytes, length);
  key = engine_key_new_from_secret (secret, &error);
  g_assert_no_error (error);
  return key;
}

static void
end_init (End *end, const char *key, guint32 tag, End *peer)
{
  end->tag = tag;
  end->session = engine_session_new (tag, FALSE);
  end->context.key = fixture_key (key);
  end->context.known = engine_known_keys_new ();
  end->context.answers = TRUE;
  end->context.now = 1000 * G_USEC_PER_SEC;
  end->assembler = engine_assembler_new ();
  end->texts = g_ptr_array_new_with_free_func (g_free);
  end->events = g_ptr_array_new_with_free_func (g_free);
  end->wire = g_ptr_array_new_with_free_func (g_free);
  end->view = engine_session_get_view (end->session, &end->context);
  end->peer = peer;
}

static void
end_clear (End *end)
{
  engine_session_free (end->session);
  engine_key_unref (end->context.key);
  engine_known_keys_unref (end->context.known);
  engine_assembler_free (end->assembler);
  g_queue_clear_full (&end->inbox, g_free);
  g_ptr_array_unref (end->texts);
  g_ptr_array_unref (end->events);
  g_ptr_array_unref (end->wire);
  engine_view_unref (end->view);
}

Pair *
pair_new (const char *alice_key, const char *bob_key)
{
  Pair *pair = g_new0 (Pair, 1);

  engine_init ();
  end_init (&pair->alice, alice_key, ALICE_TAG, &pair->bob);
  end_init (&pair->bob, bob_key, BOB_TAG, &pair->alice);
  return pair;
}

void
pair_free (Pair *pair)
{
  end_clear (&pair->alice);
  end_clear (&pair->bob);
  g_free (pair);
}

void
end_know (End *end, const char *fingerprint, EngineTrust trust)
{
  engine_known_keys_add (end->context.known, fingerprint, trust, TRUE);
}

static void
apply_store (End *end, const EngineStore *store)
{
  if (store->kind == ENGINE_STORE_SEEN
      && engine_known_keys_trust (end->context.known, store->fingerprint) == ENGINE_TRUST_NONE)
    end_know (end, store->fingerprint, ENGINE_TRUST_UNVERIFIED);
}

void
end_apply (End *end, EngineTurn *turn)
{
  for (guint i = 0; i < turn->transmissions->len; i++)
    {
      EngineTransmission *transmission = g_ptr_array_index (turn->transmissions, i);

      if (end->context.max_line != 0)
        g_assert_cmpuint (strlen (transmission->line), <=, end->context.max_line);
      g_queue_push_tail (&end->peer->inbox, g_strdup (transmission->line));
      g_ptr_array_add (end->wire, g_strdup (transmission->line));
    }
  for (guint i = 0; i < turn->events->len; i++)
    g_ptr_array_add (end->events,
                     g_strdup (((EngineEvent *)g_ptr_array_index (turn->events, i))->name));
  for (guint i = 0; i < turn->stores->len; i++)
    apply_store (end, g_ptr_array_index (turn->stores, i));
  if (turn->text != NULL)
    g_ptr_array_add (end->texts, g_strdup (turn->text));
  end->released += turn->release_held;
  end->verdict = turn->verdict;
  if (turn->view != NULL)
    {
      engine_view_unref (end->view);
      end->view = engine_view_ref (turn->view);
    }
}

void
end_start (End *end)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  engine_session_start (end->session, &end->context, turn);
  end_apply (end, turn);
}

void
end_end (End *end)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  engine_session_end (end->session, &end->context, turn);
  end_apply (end, turn);
}

void
end_restart (End *end, gboolean latched)
{
  engine_session_free (end->session);
  end->session = engine_session_new (end->tag, latched);
  engine_view_unref (end->view);
  end->view = engine_session_get_view (end->session, &end->context);
}

static char *
assemble (End *end, const char *text)
{
  g_autoptr (EngineLine) piece = engine_line_read (text);

  if (piece->type != ENGINE_LINE_FRAGMENT)
    return g_strdup (text);
  return engine_assembler_add (end->assembler, "test", piece);
}

void
end_receive (End *end, const char *text)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autofree char *whole = assemble (end, text);
  g_autoptr (EngineLine) line = NULL;

  if (whole == NULL)
    return;
  line = engine_line_read (whole);
  engine_session_receive (end->session, &end->context, line, NULL, turn);
  end_apply (end, turn);
}

gboolean
end_send (End *end, const char *text, guint64 id)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  gboolean sent = engine_session_send (end->session, &end->context, text, id, turn, NULL);

  end_apply (end, turn);
  return sent;
}

char *
end_encrypt (End *end, const char *text)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;

  engine_session_send (end->session, &end->context, text, 0, turn, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (turn->transmissions->len, ==, 1);
  return g_strdup (((EngineTransmission *)g_ptr_array_index (turn->transmissions, 0))->line);
}

void
end_poll (End *end, gint64 microseconds)
{
  g_autoptr (EngineTurn) turn = engine_turn_new ();

  end->context.now += microseconds;
  engine_session_poll (end->session, &end->context, turn);
  end_apply (end, turn);
}

gboolean
end_take_one (End *end)
{
  g_autofree char *line = g_queue_pop_head (&end->inbox);

  if (line == NULL)
    return FALSE;
  end_receive (end, line);
  return TRUE;
}

gboolean
end_has_event (End *end, const char *name)
{
  return g_ptr_array_find_with_equal_func (end->events, name, g_str_equal, NULL);
}

const char *
end_last_text (End *end)
{
  return end->texts->len == 0 ? NULL : g_ptr_array_index (end->texts, end->texts->len - 1);
}

void
pair_settle (Pair *pair)
{
  guint lines = 0;

  while (end_take_one (&pair->bob) || end_take_one (&pair->alice))
    g_assert_cmpuint (lines++, <, 5000);
}

void
pair_go_private (Pair *pair)
{
  end_start (&pair->alice);
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

Pair *
pair_new_private (guint version, gsize max_line)
{
  Pair *pair = pair_new ("alice.key", "bob.key");

  pair->alice.context.max_line = pair->bob.context.max_line = max_line;
  pair->alice.context.allows_v2 = pair->bob.context.allows_v2 = version == 2;
  end_receive (&pair->bob, version == 2 ? "?OTRv2?" : "?OTRv3?");
  pair_settle (pair);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PRIVATE);
  g_assert_cmpuint (pair->bob.view->version, ==, version);
  return pair;
}
