/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three memories of lines (data messages, others, our own), each a table of
 * keyed hashes with a queue beside it for the order of forgetting. */

#include "core/repeats.h"

#include <gcrypt.h>
#include <string.h>

#define DIGEST_LENGTH 16
#define KEY_LENGTH 32
/* Messengers remembered with one line: as many as a session may have. */
#define HANDS_MAX 64

typedef struct
{
  guint8 bytes[DIGEST_LENGTH];
} Digest;

/* How often one messenger has handed in one line. */
typedef struct
{
  char *messenger;
  guint times;
  gint64 last;
} Hand;

typedef struct
{
  Digest digest; /* first: an entry is its own key */
  GList link;    /* in the queue of its memory */
  CoreFirstResult *result;
  GArray *hands; /* of Hand; NULL but for other lines */
} Entry;

/* A table that forgets its oldest. */
typedef struct
{
  GHashTable *entries; /* Entry, by its digest */
  GQueue order;
  guint most;
} Memory;

struct _CoreRepeats
{
  gcry_mac_hd_t mac;
  Memory data_lines;
  Memory other_lines;
  Memory known_ids; /* of other lines, with the line */
  Memory own_lines;
  GQueue texts; /* of CoreFirstResult that keep a text, the oldest first */
  gsize text_bytes;
};

static guint
digest_hash (gconstpointer key)
{
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
digest_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, DIGEST_LENGTH) == 0;
}

static void
hand_clear (gpointer item)
{
  Hand *hand = item;

  g_free (hand->messenger);
}

static void
entry_free (gpointer item)
{
  Entry *entry = item;

  g_clear_pointer (&entry->result, core_first_result_unref);
  g_clear_pointer (&entry->hands, g_array_unref);
  g_free (entry);
}

static void
memory_init (Memory *memory, guint most)
{
  memory->entries = g_hash_table_new_full (digest_hash, digest_equal, NULL, entry_free);
  g_queue_init (&memory->order);
  memory->most = most;
}

static void
memory_clear (Memory *memory)
{
  g_hash_table_unref (memory->entries);
}

static Entry *
memory_find (Memory *memory, const Digest *digest)
{
  return g_hash_table_lookup (memory->entries, digest);
}

static Entry *
memory_add (Memory *memory, const Digest *digest)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->digest = *digest;
  entry->link.data = entry;
  g_queue_push_tail_link (&memory->order, &entry->link);
  g_hash_table_add (memory->entries, entry);
  if (memory->order.length > memory->most)
    {
      Entry *oldest = g_queue_peek_head (&memory->order);

      g_queue_unlink (&memory->order, &oldest->link);
      g_hash_table_remove (memory->entries, oldest);
    }
  return entry;
}

CoreRepeats *
core_repeats_new (void)
{
  CoreRepeats *repeats = g_new0 (CoreRepeats, 1);
  guint8 key[KEY_LENGTH];

  gcry_randomize (key, sizeof key, GCRY_STRONG_RANDOM);
  if (gcry_mac_open (&repeats->mac, GCRY_MAC_HMAC_SHA256, 0, NULL) != 0
      || gcry_mac_setkey (repeats->mac, key, sizeof key) != 0)
    g_error ("libgcrypt has no HMAC-SHA256");
  explicit_bzero (key, sizeof key);
  memory_init (&repeats->data_lines, CORE_REPEATS_DATA_MAX);
  memory_init (&repeats->other_lines, CORE_REPEATS_OTHER_MAX);
  memory_init (&repeats->known_ids, CORE_REPEATS_OTHER_MAX);
  memory_init (&repeats->own_lines, CORE_REPEATS_OWN_MAX);
  g_queue_init (&repeats->texts);
  return repeats;
}

void
core_repeats_free (CoreRepeats *repeats)
{
  core_repeats_forget_texts (repeats);
  memory_clear (&repeats->data_lines);
  memory_clear (&repeats->other_lines);
  memory_clear (&repeats->known_ids);
  memory_clear (&repeats->own_lines);
  gcry_mac_close (repeats->mac);
  g_free (repeats);
}

/* Of @line, or of @id and @line; the NUL between them keeps the two apart. */
static void
digest_line (CoreRepeats *repeats, const char *line, const char *id, Digest *digest)
{
  gsize length = sizeof digest->bytes;

  gcry_mac_reset (repeats->mac);
  if (id != NULL)
    gcry_mac_write (repeats->mac, id, strlen (id) + 1);
  gcry_mac_write (repeats->mac, line, strlen (line));
  if (gcry_mac_read (repeats->mac, digest->bytes, &length) != 0)
    g_error ("libgcrypt could not compute an HMAC");
}

/* First results */

static CoreFirstResult *
first_result_new (void)
{
  CoreFirstResult *result = g_new0 (CoreFirstResult, 1);

  g_ref_count_init (&result->count);
  return result;
}

static CoreFirstResult *
first_result_ref (CoreFirstResult *result)
{
  g_ref_count_inc (&result->count);
  return result;
}

void
core_first_result_unref (CoreFirstResult *result)
{
  if (!g_ref_count_dec (&result->count))
    return;
  g_clear_pointer (&result->text, secret_unref);
  g_free (result);
}

void
core_first_result_replay (const CoreFirstResult *result, EngineTurn *turn)
{
  turn->verdict = result->verdict;
  turn->instance = result->instance;
  turn->trust = result->trust;
  memcpy (turn->fingerprint, result->fingerprint, sizeof turn->fingerprint);
  turn->resent = result->resent;
  turn->re_encoded = result->re_encoded;
  turn->repeated = TRUE;
  if (result->text != NULL)
    turn->text = g_strdup ((const char *)secret_get (result->text, NULL));
  else if (result->text_forgotten)
    turn->verdict = ENGINE_VERDICT_PROTOCOL;
}

static void
forget_oldest_text (CoreRepeats *repeats)
{
  g_autoptr (CoreFirstResult) oldest = g_queue_pop_head (&repeats->texts);

  repeats->text_bytes -= secret_get_length (oldest->text);
  oldest->text_forgotten = TRUE;
  g_clear_pointer (&oldest->text, secret_unref);
}

/* The newest text stays, however long it is: its repeat is the likeliest. */
static void
keep_text (CoreRepeats *repeats, CoreFirstResult *result, const char *text)
{
  result->text = secret_new (text, strlen (text));
  repeats->text_bytes += strlen (text);
  g_queue_push_tail (&repeats->texts, first_result_ref (result));
  while (repeats->text_bytes > CORE_REPEATS_TEXT_BYTES_MAX && repeats->texts.length > 1)
    forget_oldest_text (repeats);
}

void
core_repeats_settle (CoreRepeats *repeats, CoreFirstResult *result, const EngineTurn *turn)
{
  if (result->settled)
    return;
  result->settled = TRUE;
  result->verdict = turn->verdict;
  result->instance = turn->instance;
  result->trust = turn->trust;
  memcpy (result->fingerprint, turn->fingerprint, sizeof result->fingerprint);
  result->resent = turn->resent;
  result->re_encoded = turn->re_encoded;
  if (turn->text != NULL)
    keep_text (repeats, result, turn->text);
}

void
core_repeats_forget_texts (CoreRepeats *repeats)
{
  while (repeats->texts.length > 0)
    forget_oldest_text (repeats);
}

/* Other lines */

/* Who handed it in longer ago than the window counts no more. */
static void
forget_old_hands (GArray *hands, gint64 now)
{
  for (guint i = hands->len; i > 0; i--)
    if (now - g_array_index (hands, Hand, i - 1).last > CORE_REPEATS_WINDOW)
      g_array_remove_index_fast (hands, i - 1);
}

static Hand *
find_hand (GArray *hands, const char *messenger)
{
  for (guint i = 0; i < hands->len; i++)
    if (g_str_equal (g_array_index (hands, Hand, i).messenger, messenger))
      return &g_array_index (hands, Hand, i);
  return NULL;
}

/* Whether another messenger has handed it in more often than this one. */
static gboolean
others_are_ahead (GArray *hands, const char *messenger)
{
  const Hand *mine = find_hand (hands, messenger);
  guint times = mine != NULL ? mine->times : 0;

  for (guint i = 0; i < hands->len; i++)
    if (g_array_index (hands, Hand, i).times > times)
      return TRUE;
  return FALSE;
}

static void
count_hand (GArray *hands, const char *messenger, gint64 now)
{
  Hand *hand = find_hand (hands, messenger);

  if (hand == NULL)
    {
      Hand fresh = { .messenger = g_strdup (messenger) };

      if (hands->len >= HANDS_MAX)
        g_array_remove_index_fast (hands, 0);
      g_array_append_val (hands, fresh);
      hand = &g_array_index (hands, Hand, hands->len - 1);
    }
  hand->times++;
  hand->last = now;
}

static Entry *
add_other_line (CoreRepeats *repeats, const Digest *digest)
{
  Entry *entry = memory_add (&repeats->other_lines, digest);

  entry->hands = g_array_new (FALSE, FALSE, sizeof (Hand));
  g_array_set_clear_func (entry->hands, hand_clear);
  return entry;
}

/* Counts it for @messenger.  TRUE: the line is new; its entry has a result to be settled. */
static gboolean
take_in_hand (Entry *entry, const char *messenger, gint64 now)
{
  gboolean is_new;

  forget_old_hands (entry->hands, now);
  is_new = entry->result == NULL || !others_are_ahead (entry->hands, messenger);
  count_hand (entry->hands, messenger, now);
  if (is_new)
    {
      g_clear_pointer (&entry->result, core_first_result_unref);
      entry->result = first_result_new ();
    }
  return is_new;
}

/* A known id says all; but who was behind has caught up. */
static void
catch_up (Entry *entry, const char *messenger, gint64 now)
{
  forget_old_hands (entry->hands, now);
  if (others_are_ahead (entry->hands, messenger))
    count_hand (entry->hands, messenger, now);
}

static gboolean
take_other_line (CoreRepeats *repeats,
                 const char *line,
                 const char *id,
                 const char *messenger,
                 gint64 now,
                 CoreFirstResult **result)
{
  Entry *with_id = NULL;
  Entry *entry;
  Digest digest;
  Digest id_digest;
  gboolean is_new = FALSE;

  digest_line (repeats, line, NULL, &digest);
  entry = memory_find (&repeats->other_lines, &digest);
  if (entry == NULL)
    entry = add_other_line (repeats, &digest);
  if (id != NULL)
    {
      digest_line (repeats, line, id, &id_digest);
      with_id = memory_find (&repeats->known_ids, &id_digest);
    }
  if (with_id != NULL)
    catch_up (entry, messenger, now);
  else
    is_new = take_in_hand (entry, messenger, now);
  *result = first_result_ref (with_id != NULL ? with_id->result : entry->result);
  if (id != NULL && with_id == NULL)
    memory_add (&repeats->known_ids, &id_digest)->result = first_result_ref (*result);
  return !is_new;
}

static gboolean
take_data_line (CoreRepeats *repeats, const char *line, CoreFirstResult **result)
{
  Digest digest;
  Entry *entry;
  gboolean is_repeat;

  digest_line (repeats, line, NULL, &digest);
  entry = memory_find (&repeats->data_lines, &digest);
  is_repeat = entry != NULL;
  if (!is_repeat)
    {
      entry = memory_add (&repeats->data_lines, &digest);
      entry->result = first_result_new ();
    }
  *result = first_result_ref (entry->result);
  return is_repeat;
}

gboolean
core_repeats_take (CoreRepeats *repeats,
                   const char *line,
                   gboolean is_data,
                   const char *id,
                   const char *messenger,
                   gint64 now,
                   CoreFirstResult **result)
{
  if (is_data)
    return take_data_line (repeats, line, result);
  return take_other_line (repeats, line, id, messenger, now, result);
}

/* Pieces */

CoreFirstResult *
core_repeats_find_piece (CoreRepeats *repeats, const char *piece, const char *id)
{
  Entry *entry;
  Digest digest;

  digest_line (repeats, piece, id, &digest);
  entry = memory_find (&repeats->known_ids, &digest);
  return entry != NULL ? first_result_ref (entry->result) : NULL;
}

void
core_repeats_add_piece (CoreRepeats *repeats,
                        const char *piece,
                        const char *id,
                        CoreFirstResult *result)
{
  static const EngineTurn nothing = { .verdict = ENGINE_VERDICT_PROTOCOL };
  g_autoptr (CoreFirstResult) more_to_come = first_result_new ();
  Digest digest;

  core_repeats_settle (repeats, more_to_come, &nothing);
  digest_line (repeats, piece, id, &digest);
  if (memory_find (&repeats->known_ids, &digest) == NULL)
    memory_add (&repeats->known_ids, &digest)->result =
        first_result_ref (result != NULL ? result : more_to_come);
}

/* Our own lines */

/* Whether nobody else can have made the same: it names instance tags or is long enough to be
 * ours alone.  A last fragment of v2 may be a single character. */
static gboolean
is_unmistakable (const char *line)
{
  if (g_str_has_prefix (line, "?OTR:") || g_str_has_prefix (line, "?OTR|"))
    return TRUE;
  return g_str_has_prefix (line, "?OTR,") && strlen (line) >= 64;
}

void
core_repeats_add_own (CoreRepeats *repeats, const char *line)
{
  Digest digest;

  if (!is_unmistakable (line))
    return;
  digest_line (repeats, line, NULL, &digest);
  if (memory_find (&repeats->own_lines, &digest) == NULL)
    memory_add (&repeats->own_lines, &digest);
}

gboolean
core_repeats_is_own (CoreRepeats *repeats, const char *line)
{
  Digest digest;

  if (!is_unmistakable (line))
    return FALSE;
  digest_line (repeats, line, NULL, &digest);
  return memory_find (&repeats->own_lines, &digest) != NULL;
}
