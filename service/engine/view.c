/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The view: snapshots, and the contract's words for what is in them. */
#include "engine/view.h"

const char *
engine_state_to_string (EngineState state)
{
  static const char *const words[] = { "plaintext", "starting", "private", "finished" };

  g_return_val_if_fail (state < G_N_ELEMENTS (words), "plaintext");
  return words[state];
}

const char *
engine_trust_to_string (EngineTrust trust)
{
  static const char *const words[] = { "none", "rejected", "unverified", "verified" };

  g_return_val_if_fail (trust < G_N_ELEMENTS (words), "none");
  return words[trust];
}

const char *
engine_blocked_to_string (EngineBlocked blocked)
{
  static const char *const words[] = { "", "fingerprint-changed", "rejected", "finished" };

  g_return_val_if_fail (blocked < G_N_ELEMENTS (words), "finished");
  return words[blocked];
}

const char *
engine_known_to_string (EngineKnown known)
{
  static const char *const words[] = { "first-seen", "known", "changed", "changed-from-verified",
                                       "rejected" };

  g_return_val_if_fail (known < G_N_ELEMENTS (words), "rejected");
  return words[known];
}

const char *
engine_verification_to_string (EngineVerification verification)
{
  static const char *const words[] = { "idle", "waiting", "asked" };

  g_return_val_if_fail (verification < G_N_ELEMENTS (words), "idle");
  return words[verification];
}

EngineView *
engine_view_ref (EngineView *view)
{
  g_atomic_ref_count_inc (&view->count);
  return view;
}

void
engine_view_unref (EngineView *view)
{
  if (!g_atomic_ref_count_dec (&view->count))
    return;
  g_ptr_array_unref (view->instances);
  g_free (view->question);
  g_free (view);
}
