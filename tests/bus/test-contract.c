/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The contract is walked: every member of every interface answers, with a
 * result or an error of the contract, and the service stays up. */

#include "fixture.h"
#include "introspection/otrd-dbus.h"

static GVariant *new_dummy (const GVariantType *type);

static GVariant *
new_dummy_tuple (const GVariantType *type)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  const GVariantType *item;

  for (item = g_variant_type_first (type); item != NULL; item = g_variant_type_next (item))
    g_ptr_array_add (items, new_dummy (item));
  return g_variant_new_tuple ((GVariant **)items->pdata, items->len);
}

/* Empty containers, zeros, and strings that are no name of anything. */
static GVariant *
new_dummy (const GVariantType *type)
{
  if (g_variant_type_is_array (type))
    return g_variant_new_array (g_variant_type_element (type), NULL, 0);
  if (g_variant_type_is_tuple (type))
    return new_dummy_tuple (type);
  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING))
    return g_variant_new_string ("x");
  if (g_variant_type_equal (type, G_VARIANT_TYPE_OBJECT_PATH))
    return g_variant_new_object_path ("/");
  if (g_variant_type_equal (type, G_VARIANT_TYPE_HANDLE))
    return g_variant_new_handle (7);
  if (g_variant_type_equal (type, G_VARIANT_TYPE_UINT32))
    return g_variant_new_uint32 (1);
  if (g_variant_type_equal (type, G_VARIANT_TYPE_UINT64))
    return g_variant_new_uint64 (1);
  g_assert_true (g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN));
  return g_variant_new_boolean (FALSE);
}

static GVariant *
new_dummy_arguments (GDBusMethodInfo *method)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  for (guint i = 0; method->in_args != NULL && method->in_args[i] != NULL; i++)
    g_ptr_array_add (items, new_dummy (G_VARIANT_TYPE (method->in_args[i]->signature)));
  return g_variant_new_tuple ((GVariant **)items->pdata, items->len);
}

static void
check_answer (GDBusMethodInfo *method, GVariant *answer, GError *error)
{
  g_autoptr (GString) signature = g_string_new ("(");

  if (error != NULL && error->domain != OTRD_ERROR)
    g_error ("%s answered with a strange error: %s", method->name, error->message);
  if (error != NULL)
    return;
  for (guint i = 0; method->out_args != NULL && method->out_args[i] != NULL; i++)
    g_string_append (signature, method->out_args[i]->signature);
  g_string_append_c (signature, ')');
  g_assert_cmpstr (g_variant_get_type_string (answer), ==, signature->str);
}

static void
walk_methods (GDBusConnection *caller, const char *path, GDBusInterfaceInfo *interface)
{
  for (guint i = 0; interface->methods[i] != NULL; i++)
    {
      GDBusMethodInfo *method = interface->methods[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) answer = fixture_call (caller, path, interface->name, method->name,
                                                  new_dummy_arguments (method), &error);

      check_answer (method, answer, error);
    }
}

static void
walk_properties (GDBusConnection *caller, const char *path, GDBusInterfaceInfo *interface)
{
  const char *short_name = strrchr (interface->name, '.') + 1;

  for (guint i = 0; interface->properties[i] != NULL; i++)
    {
      g_autoptr (GVariant) value =
          fixture_get_property (caller, path, short_name, interface->properties[i]->name);

      g_assert_cmpstr (g_variant_get_type_string (value), ==, interface->properties[i]->signature);
    }
}

static void
every_member_answers (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *session = fixture_open_session (fixture->first, ALICE, BOB, "{}");
  g_autofree char *account = g_strndup (session, strstr (session, "/session/") - session);
  g_autoptr (GVariant) version = NULL;

  walk_properties (fixture->first, session, otrd_dbus_session_interface_info ());
  walk_properties (fixture->first, account, otrd_dbus_account_interface_info ());
  walk_properties (fixture->first, MANAGER, otrd_dbus_manager_interface_info ());
  walk_methods (fixture->first, session, otrd_dbus_session_interface_info ());
  walk_methods (fixture->first, account, otrd_dbus_account_interface_info ());
  walk_methods (fixture->first, MANAGER, otrd_dbus_manager_interface_info ());

  version = fixture_get_property (fixture->first, MANAGER, "Manager", "Version");
  g_assert_cmpuint (g_variant_get_uint32 (version), ==, 1);
}

static void
name_is_there (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  *(char **)user_data = g_strdup (owner);
}

static void
the_portal_is_on_a_connection_of_its_own (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *owner = NULL;
  guint watch = g_bus_watch_name_on_connection (fixture->first, "im.otrd1.Portal",
                                                G_BUS_NAME_WATCHER_FLAGS_NONE, name_is_there, NULL,
                                                &owner, NULL);

  fixture_wait_until (owner != NULL);
  g_bus_unwatch_name (watch);
  g_assert_cmpstr (owner, !=, g_dbus_connection_get_unique_name (fixture->server));
}

static void
add_tests (void)
{
  fixture_add_test ("/bus/contract/every-member-answers", every_member_answers);
  fixture_add_test ("/bus/contract/the-portal-is-on-a-connection-of-its-own",
                    the_portal_is_on_a_connection_of_its_own);
}

int
main (int argc, char **argv)
{
  return fixture_run_tests (argc, argv, add_tests);
}
