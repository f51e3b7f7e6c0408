/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Programs: a sandboxed application is one, and has so many callers and no more. */

#include "bus/program.h"
#include "introspection/otrd-error.h"

#include <unistd.h>

typedef struct
{
  GHashTable *programs;
  BusProgram *program;
  GPtrArray *callers; /* of CoreMessenger */
} Application;

static void
add_caller (Application *application)
{
  CoreMessenger *caller = core_messenger_new (":1.1", TRUE, NULL, NULL);

  g_ptr_array_add (application->callers, caller);
  bus_program_add_messenger (application->program, caller);
}

static void
remove_caller (Application *application)
{
  CoreMessenger *caller = g_ptr_array_index (application->callers, 0);

  bus_program_remove_messenger (application->program, caller);
  g_ptr_array_remove_index (application->callers, 0);
}

static void
application_init (Application *application, GHashTable *programs, const char *id, guint count)
{
  application->programs = programs;
  application->program = bus_program_find (programs, id, &bus_limits);
  application->callers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < count; i++)
    add_caller (application);
}

static void
application_clear (Application *application)
{
  g_ptr_array_unref (application->callers);
  bus_program_unref (application->program);
}

static void
test_an_application_has_64_callers_and_no_more (void)
{
  g_autoptr (GHashTable) programs = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  Application application;

  application_init (&application, programs, "org.example.App", 64);
  g_assert_true (bus_program_check_names (application.program, &error));
  g_assert_no_error (error);
  add_caller (&application);
  g_assert_false (bus_program_check_names (application.program, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  remove_caller (&application);
  g_assert_true (bus_program_check_names (application.program, NULL));
  application_clear (&application);
}

static void
test_applications_are_counted_apart (void)
{
  g_autoptr (GHashTable) programs = g_hash_table_new (g_str_hash, g_str_equal);
  Application one, other;

  application_init (&one, programs, "org.example.One", 65);
  application_init (&other, programs, "org.example.Other", 1);
  g_assert_false (bus_program_check_names (one.program, NULL));
  g_assert_true (bus_program_check_names (other.program, NULL));
  application_clear (&one);
  application_clear (&other);
}

/* By whatever name it comes, as long as one of them is there. */
static void
test_an_application_is_found_again (void)
{
  g_autoptr (GHashTable) programs = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (BusProgram) one = bus_program_find (programs, "org.example.App", &bus_limits);
  g_autoptr (BusProgram) again = bus_program_find (programs, "org.example.App", &bus_limits);

  g_assert_true (one == again);
  g_clear_pointer (&one, bus_program_unref);
  g_clear_pointer (&again, bus_program_unref);
  g_assert_cmpuint (g_hash_table_size (programs), ==, 0);
}

int
main (int argc, char **argv)
{
  alarm (120);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bus/program/an-application-has-64-callers-and-no-more",
                   test_an_application_has_64_callers_and_no_more);
  g_test_add_func ("/bus/program/applications-are-counted-apart",
                   test_applications_are_counted_apart);
  g_test_add_func ("/bus/program/an-application-is-found-again",
                   test_an_application_is_found_again);
  return g_test_run ();
}
