/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The machine's clock: each timer fires once, in the order of time and never before it, unless it
 * was cancelled; however many there are, the main loop has one source to look at. */
#include <dlfcn.h>
#include <unistd.h>

#include "core/clock.h"

static guint n_sources;

/* In place of GLib's, for what calls it from here. */
guint
g_source_attach (GSource *source, GMainContext *context)
{
  guint (*attach) (GSource *, GMainContext *) = dlsym (RTLD_NEXT, "g_source_attach");

  n_sources++;
  return attach (source, context);
}

guint
g_timeout_add_full (
    gint priority, guint interval, GSourceFunc func, gpointer user_data, GDestroyNotify free_it)
{
  guint (*add) (gint, guint, GSourceFunc, gpointer, GDestroyNotify) =
      dlsym (RTLD_NEXT, "g_timeout_add_full");

  n_sources++;
  return add (priority, interval, func, user_data, free_it);
}

typedef struct
{
  GString *fired;
  char name;
  gint64 when;
  guint id;
  guint cancels; /* another's id */
  guint again;
} Alarm;

static void
on_alarm (gpointer user_data)
{
  Alarm *alarm = user_data;
  CoreClock *clock = core_clock_get_system ();

  g_assert_cmpint (core_clock_get_now (clock), >=, alarm->when);
  g_string_append_c (alarm->fired, alarm->name);
  core_clock_cancel (clock, &alarm->cancels);
  if (alarm->again > 0)
    {
      alarm->again--;
      core_clock_call_at (clock, 0, on_alarm, alarm);
    }
}

static void
set (Alarm *alarm, gint64 when)
{
  alarm->when = when;
  alarm->id = core_clock_call_at (core_clock_get_system (), when, on_alarm, alarm);
  g_assert_cmpuint (alarm->id, !=, 0);
}

static void
wait_for (GString *fired, gsize count)
{
  while (fired->len < count)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_timers_fire_in_their_order (void)
{
  g_autoptr (GString) fired = g_string_new (NULL);
  Alarm alarms[] = { { fired, 'a' }, { fired, 'b' }, { fired, 'c' }, { fired, 'd' } };
  gint64 now = core_clock_get_now (core_clock_get_system ());

  set (&alarms[2], now + 3000);
  set (&alarms[0], now - 1000);
  set (&alarms[3], now + 3000);
  set (&alarms[1], now + 1000);
  wait_for (fired, 4);
  g_assert_cmpstr (fired->str, ==, "abcd");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fired->len, ==, 4);
}

static void
test_a_cancelled_timer_does_not_fire (void)
{
  g_autoptr (GString) fired = g_string_new (NULL);
  Alarm alarms[] = { { fired, 'a' }, { fired, 'b' }, { fired, 'c' }, { fired, 'd' } };
  gint64 now = core_clock_get_now (core_clock_get_system ());

  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    set (&alarms[i], now + 1000);
  core_clock_cancel (core_clock_get_system (), &alarms[1].id);
  g_assert_cmpuint (alarms[1].id, ==, 0);
  alarms[0].cancels = alarms[2].id;
  wait_for (fired, 2);
  g_assert_cmpstr (fired->str, ==, "ad");
}

/* Others have their turn in between. */
static void
test_a_timer_may_set_itself_again (void)
{
  g_autoptr (GString) fired = g_string_new (NULL);
  Alarm alarm = { fired, 'a', .again = 3 };

  set (&alarm, 0);
  for (guint i = 1; i <= 4; i++)
    {
      gsize before = fired->len;

      wait_for (fired, i);
      g_assert_cmpuint (fired->len, ==, before + 1);
    }
}

static void
test_a_thousand_timers_are_one_source (void)
{
  g_autoptr (GString) fired = g_string_new (NULL);
  CoreClock *clock = core_clock_get_system ();
  g_autofree Alarm *alarms = g_new0 (Alarm, 1000);
  guint before = n_sources;

  for (guint i = 0; i < 1000; i++)
    {
      alarms[i].fired = fired;
      alarms[i].name = 'x';
      set (&alarms[i], core_clock_get_now (clock) + (i % 2 ? 1000 : G_TIME_SPAN_HOUR));
    }
  g_assert_cmpuint (n_sources, ==, before);
  wait_for (fired, 500);
  for (guint i = 0; i < 1000; i += 2)
    core_clock_cancel (clock, &alarms[i].id);
  g_assert_false (g_main_context_pending (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  core_clock_get_system ();
  g_test_add_func ("/core/clock/timers-fire-in-their-order", test_timers_fire_in_their_order);
  g_test_add_func ("/core/clock/a-cancelled-timer-does-not-fire",
                   test_a_cancelled_timer_does_not_fire);
  g_test_add_func ("/core/clock/a-timer-may-set-itself-again", test_a_timer_may_set_itself_again);
  g_test_add_func ("/core/clock/a-thousand-timers-are-one-source",
                   test_a_thousand_timers_are_one_source);
  return g_test_run ();
}
