/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Consent: the End of one messenger is not that of the others. Until its own user
 * has agreed, no text of another one's goes in the clear, also when it went away
 * and came back meanwhile, or the service did.
 */

#include "core/session-private.h"

#include "core/account-private.h"
#include "core/limits.h"

static void
add_unasked (GPtrArray *unasked, const char *application)
{
  if (!g_ptr_array_find_with_equal_func (unasked, application, g_str_equal, NULL))
    g_ptr_array_add (unasked, g_strdup (application));
}

/* Of those that are here, and of those that left.  NULL: all have agreed. */
static char **
dup_unasked (CoreSession *session)
{
  GPtrArray *unasked = g_ptr_array_new ();

  for (guint i = 0; i < session->unasked->len; i++)
    add_unasked (unasked, g_ptr_array_index (session->unasked, i));
  for (guint i = 0; i < session->attachments->len; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      if (attachment->must_consent)
        add_unasked (unasked, core_messenger_get_owner (attachment->messenger));
    }
  if (unasked->len > 0)
    g_ptr_array_add (unasked, NULL);
  return (char **)g_ptr_array_free (unasked, unasked->len == 0);
}

static VaultLatch *
look_up_latch (CoreSession *session)
{
  CoreAccount *account = session->account;

  return vault_lookup_latch (account->vault, account->protocol, account->name, session->contact);
}

/* While the vault is closed it stays in memory.  FALSE: nothing was put. */
static gboolean
store_unasked (CoreSession *session)
{
  CoreAccount *account = session->account;
  g_autoptr (VaultLatch) latch = look_up_latch (session);
  g_auto (GStrv) unasked = dup_unasked (session);

  if (account->removed || (latch == NULL && unasked == NULL))
    return FALSE;
  if (unasked == NULL && latch->since == 0)
    return vault_remove_latch (account->vault, account->protocol, account->name, session->contact,
                               NULL);
  if (latch == NULL)
    latch = vault_latch_new (account->protocol, account->name, session->contact);
  g_strfreev (latch->unasked);
  latch->unasked = g_steal_pointer (&unasked);
  return vault_put_latch (account->vault, latch, NULL);
}

void
core_session_load_unasked (CoreSession *session)
{
  g_autoptr (VaultLatch) latch = look_up_latch (session);

  for (guint i = 0; latch != NULL && latch->unasked != NULL && latch->unasked[i] != NULL; i++)
    add_unasked (session->unasked, latch->unasked[i]);
}

gboolean
core_session_revoke_consent (CoreSession *session, CoreMessenger *by)
{
  for (guint i = 0; i < session->attachments->len; i++)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      attachment->must_consent = attachment->messenger != by;
    }
  return store_unasked (session);
}

void
core_session_give_consent (CoreSession *session, CoreAttachment *attachment)
{
  if (!attachment->must_consent)
    return;
  attachment->must_consent = FALSE;
  store_unasked (session);
}

void
core_session_remember_unasked (CoreSession *session, CoreAttachment *attachment)
{
  if (!attachment->must_consent)
    return;
  if (session->unasked->len >= CORE_MESSENGERS_PER_SESSION_MAX)
    g_ptr_array_remove_index (session->unasked, 0);
  add_unasked (session->unasked, core_messenger_get_owner (attachment->messenger));
}

gboolean
core_session_take_unasked (CoreSession *session, CoreMessenger *messenger)
{
  guint at;

  if (!g_ptr_array_find_with_equal_func (session->unasked, core_messenger_get_owner (messenger),
                                         g_str_equal, &at))
    return FALSE;
  g_ptr_array_remove_index (session->unasked, at);
  return TRUE;
}
