/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messengers: who they are, where they are attached, and their bell. */

#include "core/messenger.h"

#include "core/account.h"
#include "core/limits.h"
#include "core/session-private.h"

struct _CoreMessenger
{
  GObject parent;

  char *id;
  char *application;
  char *owner;
  char *name;
  gboolean sandboxed;
  gboolean vanished;
  CoreBell bell;
  gpointer user_data;
  GPtrArray *sessions;   /* of CoreSession, not owned: a session tells when it goes */
  GHashTable *questions; /* the accounts that it asked for */
};

G_DEFINE_FINAL_TYPE (CoreMessenger, core_messenger, G_TYPE_OBJECT)

static void
core_messenger_finalize (GObject *object)
{
  CoreMessenger *messenger = CORE_MESSENGER (object);

  g_free (messenger->id);
  g_free (messenger->application);
  g_free (messenger->owner);
  g_free (messenger->name);
  g_ptr_array_unref (messenger->sessions);
  g_hash_table_unref (messenger->questions);
  G_OBJECT_CLASS (core_messenger_parent_class)->finalize (object);
}

static void
core_messenger_class_init (CoreMessengerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = core_messenger_finalize;
}

static void
core_messenger_init (CoreMessenger *messenger)
{
  messenger->sessions = g_ptr_array_new ();
  messenger->questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

CoreMessenger *
core_messenger_new (const char *id, gboolean sandboxed, CoreBell bell, gpointer user_data)
{
  CoreMessenger *messenger = g_object_new (CORE_TYPE_MESSENGER, NULL);

  messenger->id = g_strdup (id);
  messenger->sandboxed = sandboxed;
  messenger->bell = bell;
  messenger->user_data = user_data;
  return messenger;
}

const char *
core_messenger_get_id (CoreMessenger *messenger)
{
  return messenger->id;
}

gboolean
core_messenger_is_sandboxed (CoreMessenger *messenger)
{
  return messenger->sandboxed;
}

void
core_messenger_introduce (CoreMessenger *messenger, const char *application, const char *name)
{
  g_free (messenger->application);
  messenger->application = g_strdup (application);
  g_free (messenger->owner);
  messenger->owner = g_strconcat (messenger->sandboxed ? "\001" : "", application, NULL);
  g_free (messenger->name);
  messenger->name = g_strdup (name);
  for (guint i = 0; i < messenger->sessions->len; i++)
    g_object_notify (g_ptr_array_index (messenger->sessions, i), "messengers");
}

const char *
core_messenger_get_application (CoreMessenger *messenger)
{
  return messenger->application != NULL ? messenger->application : "";
}

const char *
core_messenger_get_name (CoreMessenger *messenger)
{
  return messenger->name != NULL ? messenger->name : core_messenger_get_application (messenger);
}

/* Texts' ids are an application's own; one that never registered has only its connection.  What a
 * sandbox says and what a program claims are two, whatever they read: no claim has a control. */
const char *
core_messenger_get_owner (CoreMessenger *messenger)
{
  return messenger->owner != NULL ? messenger->owner : messenger->id;
}

gboolean
core_messenger_note_question (CoreMessenger *messenger, const char *protocol, const char *account)
{
  if (g_hash_table_size (messenger->questions) >= CORE_QUESTIONS_MAX)
    return FALSE;
  return g_hash_table_add (messenger->questions, g_strconcat (protocol, ":", account, NULL));
}

GPtrArray *
core_messenger_list_sessions (CoreMessenger *messenger)
{
  GPtrArray *sessions = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < messenger->sessions->len; i++)
    g_ptr_array_add (sessions, g_object_ref (g_ptr_array_index (messenger->sessions, i)));
  return sessions;
}

guint
core_messenger_count_sessions (CoreMessenger *messenger)
{
  return messenger->sessions->len;
}

void
core_messenger_add_session (CoreMessenger *messenger, CoreSession *session)
{
  g_ptr_array_add (messenger->sessions, session);
}

void
core_messenger_remove_session (CoreMessenger *messenger, CoreSession *session)
{
  g_ptr_array_remove (messenger->sessions, session);
}

void
core_messenger_ring (CoreMessenger *messenger, CoreSession *session)
{
  if (messenger->bell != NULL)
    messenger->bell (messenger, session, messenger->user_data);
}

void
core_messenger_leave_account (CoreMessenger *messenger, const char *protocol, const char *name)
{
  g_autoptr (GPtrArray) sessions = core_messenger_list_sessions (messenger);

  for (guint i = 0; i < sessions->len; i++)
    {
      CoreAccount *account = core_session_get_account (sessions->pdata[i]);

      if (g_str_equal (core_account_get_name (account), name)
          && g_str_equal (core_account_get_protocol (account), protocol))
        core_session_remove_messenger (sessions->pdata[i], messenger);
    }
}

void
core_messenger_silence (CoreMessenger *messenger)
{
  messenger->bell = NULL;
}

gboolean
core_messenger_has_vanished (CoreMessenger *messenger)
{
  return messenger->vanished;
}

void
core_messenger_vanish (CoreMessenger *messenger)
{
  messenger->vanished = TRUE;
  messenger->bell = NULL;
  core_sessions_lose_messenger (core_messenger_list_sessions (messenger), messenger);
}
