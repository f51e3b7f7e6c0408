// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* What a messenger asks of the service: accounts, sessions, who may do what. */

#include "otrd-client.h"

#include "client-private.h"
#include "fault.h"
#include "objects.h"

static OtrdCall *
make_call (OtrdClient *self,
           const char *method,
           GVariant *parameters,
           OtrdCallTraits traits,
           OtrdCallRead read,
           GDestroyNotify free_result)
{
  OtrdCall *call = otrd_client_call_new (self, self, OTRD_MANAGER_PATH, OTRD_MANAGER_INTERFACE,
                                         method, parameters, traits);

  otrd_call_set_read (call, read, free_result);
  return call;
}

static OtrdCall *
make_register (OtrdClient *self, const char *application, const char *name)
{
  GVariantDict options;

  g_return_val_if_fail (OTRD_IS_CLIENT (self) && application != NULL, NULL);

  if (!OTRD_ALL_UTF8 (application, name != NULL ? name : ""))
    return otrd_call_new_refused (self, otrd_client_get_wire (self), otrd_not_utf8 ("Register"));
  g_variant_dict_init (&options, NULL);
  if (name != NULL)
    g_variant_dict_insert (&options, "name", "s", name);
  otrd_client_rename (self, application, name);
  return make_call (self, "Register",
                    g_variant_new ("(s@a{sv})", application, g_variant_dict_end (&options)),
                    OTRD_CALL_REPEATABLE, otrd_read_nothing, NULL);
}

void
otrd_client_register (OtrdClient *self,
                      const char *application,
                      const char *name,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  otrd_call_begin (make_register (self, application, name), cancellable, callback, user_data);
}

gboolean
otrd_client_register_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_register_sync (OtrdClient *self,
                           const char *application,
                           const char *name,
                           GCancellable *cancellable,
                           GError **error)
{
  return otrd_call_run (make_register (self, application, name), cancellable, error) != NULL;
}

/* ---- Accounts ---- */

/* Its properties are asked for before the account is handed out. */
static void
account_answered (OtrdCall *call)
{
  OtrdCall *opening = call->subject;

  if (!opening->settled)
    otrd_call_settle (opening, g_object_ref (call->asker), NULL);
}

static void
account_opened (OtrdCall *call, GDBusMessage *reply, const GError *error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (OtrdAccount) account = NULL;
  g_autoptr (OtrdCall) refresh = NULL;

  if (error == NULL)
    account = otrd_read_answer (call, reply, &reason);
  if (account == NULL)
    {
      otrd_call_settle (call, NULL,
                        error != NULL ? otrd_fault_to_error (error, call->method)
                                      : g_steal_pointer (&reason));
      return;
    }
  refresh = otrd_account_make_refresh (account);
  otrd_call_set_subject (refresh, otrd_call_ref (call), (GDestroyNotify)otrd_call_unref);
  refresh->done = account_answered;
  otrd_wire_send (refresh->wire, refresh, otrd_answered);
}

static gpointer
read_account (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  const char *path;

  if (!otrd_check_body (call, body, "(o)", error))
    return NULL;
  g_variant_get (body, "(&o)", &path);
  return otrd_account_get (OTRD_CLIENT (call->asker), path, NULL);
}

static void
start_opening_account (OtrdCall *call)
{
  otrd_client_greet (OTRD_CLIENT (call->asker));
  otrd_wire_send (call->wire, call, account_opened);
}

static OtrdCall *
make_open_account (OtrdClient *self, const char *protocol, const char *name, GVariant *options)
{
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_CLIENT (self) && protocol != NULL && name != NULL, NULL);

  if (!OTRD_ALL_UTF8 (protocol, name))
    return otrd_call_new_refused (self, otrd_client_get_wire (self), otrd_not_utf8 ("OpenAccount"));
  call = make_call (self, "OpenAccount",
                    g_variant_new ("(ss@a{sv})", protocol, name, otrd_options (options)),
                    OTRD_CALL_PLAIN, read_account, g_object_unref);
  call->start = start_opening_account;
  return call;
}

void
otrd_client_open_account (OtrdClient *self,
                          const char *protocol,
                          const char *name,
                          GVariant *options,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  otrd_call_begin (make_open_account (self, protocol, name, options), cancellable, callback,
                   user_data);
}

OtrdAccount *
otrd_client_open_account_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdAccount *
otrd_client_open_account_sync (OtrdClient *self,
                               const char *protocol,
                               const char *name,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error)
{
  return otrd_call_run (make_open_account (self, protocol, name, options), cancellable, error);
}

/* ---- Sessions ---- */

/* The words that a session was opened with, to open it again with. */
typedef struct
{
  char *protocol;
  char *account;
  char *contact;
  GVariant *options;
} Opening;

static void
opening_free (gpointer box)
{
  Opening *self = box;

  g_free (self->protocol);
  g_free (self->account);
  g_free (self->contact);
  g_variant_unref (self->options);
  g_free (self);
}

static gpointer
read_session (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  const Opening *opening = call->subject;
  g_autoptr (GVariant) state = NULL;
  OtrdSession *session;
  const char *path;

  if (!otrd_check_body (call, body, "(oa{sv})", error))
    return NULL;
  g_variant_get (body, "(&o@a{sv})", &path, &state);
  session = otrd_session_get (OTRD_CLIENT (call->asker), path, state);
  otrd_session_opened (session, opening->protocol, opening->account, opening->contact,
                       opening->options, state, call->epoch);
  return session;
}

static void
start_opening_session (OtrdCall *call)
{
  otrd_client_greet (OTRD_CLIENT (call->asker));
  otrd_wire_send (call->wire, call, otrd_answered);
}

static OtrdCall *
make_open_session (OtrdClient *self,
                   const char *protocol,
                   const char *account,
                   const char *contact,
                   GVariant *options)
{
  Opening *opening;
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_CLIENT (self) && protocol != NULL, NULL);
  g_return_val_if_fail (account != NULL && contact != NULL, NULL);

  if (!OTRD_ALL_UTF8 (protocol, account, contact))
    return otrd_call_new_refused (self, otrd_client_get_wire (self), otrd_not_utf8 ("OpenSession"));
  opening = g_new0 (Opening, 1);
  opening->protocol = g_strdup (protocol);
  opening->account = g_strdup (account);
  opening->contact = g_strdup (contact);
  opening->options = g_variant_ref_sink (otrd_options (options));
  call = make_call (self, "OpenSession",
                    g_variant_new ("(sss@a{sv})", protocol, account, contact, opening->options),
                    OTRD_CALL_REPEATABLE, read_session, g_object_unref);
  otrd_call_set_subject (call, opening, opening_free);
  call->start = start_opening_session;
  return call;
}

void
otrd_client_open_session (OtrdClient *self,
                          const char *protocol,
                          const char *account,
                          const char *contact,
                          GVariant *options,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  otrd_call_begin (make_open_session (self, protocol, account, contact, options), cancellable,
                   callback, user_data);
}

OtrdSession *
otrd_client_open_session_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

OtrdSession *
otrd_client_open_session_sync (OtrdClient *self,
                               const char *protocol,
                               const char *account,
                               const char *contact,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error)
{
  return otrd_call_run (make_open_session (self, protocol, account, contact, options), cancellable,
                        error);
}

/* ---- Lists ---- */

static void
add_if (GPtrArray *objects,
        OtrdClient *client,
        const char *path,
        GVariant *interfaces,
        const char *interface)
{
  g_autoptr (GVariant) properties =
      g_variant_lookup_value (interfaces, interface, G_VARIANT_TYPE_VARDICT);

  if (properties == NULL)
    return;
  if (g_str_equal (interface, OTRD_ACCOUNT_INTERFACE))
    g_ptr_array_add (objects, otrd_account_get (client, path, properties));
  else
    g_ptr_array_add (objects, otrd_session_get (client, path, properties));
}

static gpointer
read_objects (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  GPtrArray *objects;
  g_autoptr (GVariant) all = NULL;
  GVariantIter iter;
  GVariant *interfaces;
  const char *path;

  if (!otrd_check_body (call, body, "(a{oa{sa{sv}}})", error))
    return NULL;
  all = g_variant_get_child_value (body, 0);
  objects = g_ptr_array_new_with_free_func (g_object_unref);
  g_variant_iter_init (&iter, all);
  while (g_variant_iter_loop (&iter, "{&o@a{sa{sv}}}", &path, &interfaces))
    add_if (objects, OTRD_CLIENT (call->asker), path, interfaces, call->subject);
  return objects;
}

static OtrdCall *
make_list (OtrdClient *self, const char *interface)
{
  OtrdCall *call;

  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  call = otrd_client_call_new (self, self, OTRD_MANAGER_PATH, "org.freedesktop.DBus.ObjectManager",
                               "GetManagedObjects", NULL, OTRD_CALL_REPEATABLE);
  otrd_call_set_subject (call, (char *)interface, NULL);
  otrd_call_set_read (call, read_objects, (GDestroyNotify)g_ptr_array_unref);
  return call;
}

static OtrdCall *
make_list_accounts (OtrdClient *self)
{
  return make_list (self, OTRD_ACCOUNT_INTERFACE);
}

void
otrd_client_list_accounts (OtrdClient *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_list_accounts (self), cancellable, callback, user_data);
}

GPtrArray *
otrd_client_list_accounts_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GPtrArray *
otrd_client_list_accounts_sync (OtrdClient *self, GCancellable *cancellable, GError **error)
{
  return otrd_call_run (make_list_accounts (self), cancellable, error);
}

static OtrdCall *
make_list_sessions (OtrdClient *self)
{
  return make_list (self, OTRD_SESSION_INTERFACE);
}

void
otrd_client_list_sessions (OtrdClient *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_list_sessions (self), cancellable, callback, user_data);
}

GPtrArray *
otrd_client_list_sessions_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GPtrArray *
otrd_client_list_sessions_sync (OtrdClient *self, GCancellable *cancellable, GError **error)
{
  return otrd_call_run (make_list_sessions (self), cancellable, error);
}

/* ---- Rights and connections ---- */

static OtrdCall *
make_list_applications (OtrdClient *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_call (self, "ListApplications", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_REPEATABLE, otrd_read_variant, (GDestroyNotify)g_variant_unref);
}

void
otrd_client_list_applications (OtrdClient *self,
                               GVariant *options,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  otrd_call_begin (make_list_applications (self, options), cancellable, callback, user_data);
}

GVariant *
otrd_client_list_applications_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GVariant *
otrd_client_list_applications_sync (OtrdClient *self,
                                    GVariant *options,
                                    GCancellable *cancellable,
                                    GError **error)
{
  return otrd_call_run (make_list_applications (self, options), cancellable, error);
}

static OtrdCall *
make_list_clients (OtrdClient *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self), NULL);

  return make_call (self, "ListClients", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_REPEATABLE, otrd_read_variant, (GDestroyNotify)g_variant_unref);
}

void
otrd_client_list_clients (OtrdClient *self,
                          GVariant *options,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  otrd_call_begin (make_list_clients (self, options), cancellable, callback, user_data);
}

GVariant *
otrd_client_list_clients_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

GVariant *
otrd_client_list_clients_sync (OtrdClient *self,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error)
{
  return otrd_call_run (make_list_clients (self, options), cancellable, error);
}

static OtrdCall *
make_set_grant (OtrdClient *self,
                const char *application,
                const char *protocol,
                const char *account,
                const char *grant,
                GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_CLIENT (self) && application != NULL && protocol != NULL
                            && account != NULL && grant != NULL,
                        NULL);

  if (!OTRD_ALL_UTF8 (application, protocol, account, grant))
    return otrd_call_new_refused (self, otrd_client_get_wire (self), otrd_not_utf8 ("SetGrant"));
  return make_call (
      self, "SetGrant",
      g_variant_new ("(ssss@a{sv})", application, protocol, account, grant, otrd_options (options)),
      OTRD_CALL_REPEATABLE, otrd_read_nothing, NULL);
}

void
otrd_client_set_grant (OtrdClient *self,
                       const char *application,
                       const char *protocol,
                       const char *account,
                       const char *grant,
                       GVariant *options,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  otrd_call_begin (make_set_grant (self, application, protocol, account, grant, options),
                   cancellable, callback, user_data);
}

gboolean
otrd_client_set_grant_finish (OtrdClient *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_client_set_grant_sync (OtrdClient *self,
                            const char *application,
                            const char *protocol,
                            const char *account,
                            const char *grant,
                            GVariant *options,
                            GCancellable *cancellable,
                            GError **error)
{
  return otrd_call_run (make_set_grant (self, application, protocol, account, grant, options),
                        cancellable, error)
         != NULL;
}
