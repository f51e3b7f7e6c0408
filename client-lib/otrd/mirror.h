// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What is known of the properties of an object of the service. */
typedef struct _OtrdMirror OtrdMirror;

/* A property on the bus and the one of the GObject that shows it. */
typedef struct
{
  const char *word;
  const char *name;
} OtrdMirrorName;

/* The names end with an empty one; the owner is not owned. */
OtrdMirror *otrd_mirror_new (GObject *owner, const OtrdMirrorName *names);
void otrd_mirror_free (OtrdMirror *self);

/* Takes a{sv} over and notifies of what has changed. */
void otrd_mirror_apply (OtrdMirror *self, GVariant *properties);
/* From now on the property is not known. */
void otrd_mirror_forget (OtrdMirror *self, const char *word);

/* Empty, 0 or NULL: not known. */
const char *otrd_mirror_get_string (OtrdMirror *self, const char *word);
guint otrd_mirror_get_uint (OtrdMirror *self, const char *word);
GVariant *otrd_mirror_get (OtrdMirror *self, const char *word, const char *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdMirror, otrd_mirror_free)

G_END_DECLS
