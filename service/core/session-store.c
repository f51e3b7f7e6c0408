/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a turn leaves behind: fingerprints, verifications and the latch go into the
 * vault, and events get the part that only core knows.
 *
 * The latch and what is new about trust must be on disk before the call is
 * answered; when a known contact was last seen may come later.
 */

#include "core/session-private.h"

#include <string.h>

#include "core/account-private.h"
#include "core/limits.h"

static void
tell_not_saved (EngineTurn *turn, const char *what)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "what", "s", what);
  engine_turn_event (turn, "not-saved", g_variant_dict_end (&details));
}

static VaultFingerprint *
look_up (CoreSession *session, const char *fingerprint)
{
  CoreAccount *account = session->account;

  return vault_lookup_fingerprint (account->vault, account->protocol, account->name,
                                   session->contact, fingerprint);
}

static gboolean
put_record (CoreSession *session, VaultFingerprint *record, GError **error)
{
  CoreAccount *account = session->account;

  if (account->removed)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "The account was removed");
      return FALSE;
    }
  return vault_put_fingerprint (account->vault, record, error);
}

gboolean
core_session_put_seen (
    CoreSession *session, const char *fingerprint, guint version, gboolean *is_new, GError **error)
{
  CoreAccount *account = session->account;
  g_autoptr (VaultFingerprint) record = look_up (session, fingerprint);

  *is_new = record == NULL;
  if (record == NULL && !core_account_has_room (account, session->contact, error))
    return FALSE;
  if (record == NULL)
    record =
        vault_fingerprint_new (account->protocol, account->name, session->contact, fingerprint);
  if (record->first_seen == 0)
    record->first_seen = (guint64)core_clock_get_real_time (session->clock);
  record->last_seen = (guint64)core_clock_get_real_time (session->clock);
  if (version != 0)
    record->seen |= version == 2 ? VAULT_SEEN_V2 : VAULT_SEEN_V3;
  if (!put_record (session, record, error))
    return FALSE;
  if (*is_new)
    core_account_trust_changed (account, session->contact, fingerprint, record);
  else
    core_session_reload_known (session);
  return TRUE;
}

static gboolean
store_seen (CoreSession *session, const EngineStore *store, EngineTurn *turn)
{
  gboolean is_new;

  if (session->occupant)
    return FALSE;
  if (!core_session_put_seen (session, store->fingerprint, store->version, &is_new, NULL))
    {
      tell_not_saved (turn, "fingerprint");
      return FALSE;
    }
  return is_new;
}

static void
mark_verified (CoreSession *session, VaultFingerprint *record, const char *method)
{
  vault_fingerprint_set_trust (record, OTRD_TRUST_VERIFIED,
                               session->verified_how != NULL ? session->verified_how : method,
                               session->verified_by != NULL ? session->verified_by : "",
                               (guint64)core_clock_get_real_time (session->clock));
}

static gboolean
store_verified (CoreSession *session, const EngineStore *store, EngineTurn *turn)
{
  g_autoptr (VaultFingerprint) record = NULL;
  gboolean is_new;

  if (session->occupant)
    return FALSE;
  if (core_session_put_seen (session, store->fingerprint, 0, &is_new, NULL))
    record = look_up (session, store->fingerprint);
  /* What the user has said while the last step was taken stands. */
  if (record != NULL && record->trust == OTRD_TRUST_REJECTED)
    return is_new;
  if (record != NULL)
    mark_verified (session, record, store->method);
  if (record == NULL || !put_record (session, record, NULL))
    {
      tell_not_saved (turn, "verification");
      return FALSE;
    }
  core_account_trust_changed (session->account, session->contact, store->fingerprint, record);
  core_session_release_later (session);
  return TRUE;
}

static gboolean
store_latch (CoreSession *session, EngineTurn *turn)
{
  CoreAccount *account = session->account;
  CoreAttachment *served = core_session_find_served (session);
  g_autoptr (VaultLatch) latch =
      vault_lookup_latch (account->vault, account->protocol, account->name, session->contact);

  if (latch == NULL)
    latch = vault_latch_new (account->protocol, account->name, session->contact);
  latch->since = (guint64)core_clock_get_real_time (session->clock);
  if (served != NULL)
    {
      g_free (latch->application);
      latch->application = g_strdup (core_messenger_get_application (served->messenger));
    }
  if (!account->removed && vault_put_latch (account->vault, latch, NULL))
    return TRUE;
  tell_not_saved (turn, "latch");
  return FALSE;
}

/* What the vault could not take when the session became private, it takes when it can. */
void
core_session_keep_latch (CoreSession *session)
{
  CoreAccount *account = session->account;
  g_autoptr (EngineTurn) turn = NULL;
  g_autoptr (VaultLatch) latch = NULL;

  if (!session->view->latched || !vault_is_open (account->vault))
    return;
  latch = vault_lookup_latch (account->vault, account->protocol, account->name, session->contact);
  if (latch != NULL && latch->since != 0)
    return;
  turn = engine_turn_new ();
  if (!store_latch (session, turn))
    g_warning ("That a conversation is private could not be kept in the vault");
}

static gboolean
remove_latch (CoreSession *session, EngineTurn *turn)
{
  CoreAccount *account = session->account;

  if (account->removed
      || vault_remove_latch (account->vault, account->protocol, account->name, session->contact,
                             NULL))
    return !account->removed;
  tell_not_saved (turn, "latch");
  return FALSE;
}

static gboolean
store (CoreSession *session, const EngineStore *store, EngineTurn *turn)
{
  switch (store->kind)
    {
    case ENGINE_STORE_SEEN:
      return store_seen (session, store, turn);
    case ENGINE_STORE_VERIFIED:
      return store_verified (session, store, turn);
    case ENGINE_STORE_LATCH:
      return store_latch (session, turn);
    case ENGINE_STORE_UNLATCH:
      return remove_latch (session, turn);
    }
  return FALSE;
}

/* What was known before of the contact, and of the new one: nothing, if it was never seen. */
static void
add_records (CoreSession *session, EngineEvent *event)
{
  g_autoptr (GVariant) before = event->details;
  g_autoptr (VaultFingerprint) record = NULL;
  const char *fingerprint = NULL;
  GVariantDict details;

  g_variant_lookup (before, "fingerprint", "&s", &fingerprint);
  record = look_up (session, fingerprint);
  g_variant_dict_init (&details, before);
  g_variant_dict_insert_value (
      &details, "old",
      core_account_describe_contact (session->account, session->contact, fingerprint));
  if (record != NULL)
    g_variant_dict_insert_value (&details, "new",
                                 core_account_describe_fingerprint (session->account, record));
  event->details = g_variant_ref_sink (g_variant_dict_end (&details));
}

/* A text that came back may be sent again under its id. */
static void
forget_lost (CoreSession *session, GVariant *details)
{
  g_autoptr (GVariant) messages =
      g_variant_lookup_value (details, "messages", G_VARIANT_TYPE ("a(ts)"));
  GVariantIter iter;
  guint64 id;

  if (messages == NULL)
    return;
  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(t&s)", &id, NULL))
    core_answers_forget (session->answers, id);
}

static void
complete_event (CoreSession *session, EngineEvent *event)
{
  if (strcmp (event->name, "fingerprint-changed") == 0)
    add_records (session, event);
  else if (strcmp (event->name, "lost") == 0)
    forget_lost (session, event->details);
}

gboolean
core_session_store (CoreCall *call)
{
  EngineTurn *turn = call->turn;
  gboolean must_save = FALSE;

  for (guint i = 0; i < turn->events->len; i++)
    complete_event (call->session, g_ptr_array_index (turn->events, i));
  for (guint i = 0; i < turn->stores->len; i++)
    must_save |= store (call->session, g_ptr_array_index (turn->stores, i), turn);
  return must_save;
}
