// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A cache of properties: filled by answers and by PropertiesChanged, read by
 * getters. A value of a wrong type is as good as none. */

#include "mirror.h"

struct _OtrdMirror
{
  GObject *owner;
  const OtrdMirrorName *names;
  GHashTable *values;
};

OtrdMirror *
otrd_mirror_new (GObject *owner, const OtrdMirrorName *names)
{
  OtrdMirror *self = g_new0 (OtrdMirror, 1);

  self->owner = owner;
  self->names = names;
  self->values =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_variant_unref);
  return self;
}

void
otrd_mirror_free (OtrdMirror *self)
{
  g_hash_table_unref (self->values);
  g_free (self);
}

static void
set_value (OtrdMirror *self, const OtrdMirrorName *name, GVariant *value)
{
  GVariant *old = g_hash_table_lookup (self->values, name->word);

  if (old != NULL && g_variant_equal (old, value))
    return;
  g_hash_table_insert (self->values, (char *)name->word, g_variant_ref (value));
  g_object_notify (self->owner, name->name);
}

void
otrd_mirror_apply (OtrdMirror *self, GVariant *properties)
{
  g_object_freeze_notify (self->owner);
  for (const OtrdMirrorName *name = self->names; name->word != NULL; name++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (properties, name->word, NULL);

      if (value != NULL)
        set_value (self, name, value);
    }
  g_object_thaw_notify (self->owner);
}

void
otrd_mirror_forget (OtrdMirror *self, const char *word)
{
  const OtrdMirrorName *name = self->names;

  if (!g_hash_table_remove (self->values, word))
    return;
  while (!g_str_equal (name->word, word))
    name++;
  g_object_notify (self->owner, name->name);
}

GVariant *
otrd_mirror_get (OtrdMirror *self, const char *word, const char *type)
{
  GVariant *value = g_hash_table_lookup (self->values, word);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE (type)) ? value : NULL;
}

const char *
otrd_mirror_get_string (OtrdMirror *self, const char *word)
{
  GVariant *value = g_hash_table_lookup (self->values, word);
  GVariantClass kind = value != NULL ? g_variant_classify (value) : G_VARIANT_CLASS_BOOLEAN;

  if (kind != G_VARIANT_CLASS_STRING && kind != G_VARIANT_CLASS_OBJECT_PATH)
    return "";
  return g_variant_get_string (value, NULL);
}

guint
otrd_mirror_get_uint (OtrdMirror *self, const char *word)
{
  GVariant *value = otrd_mirror_get (self, word, "u");

  return value != NULL ? g_variant_get_uint32 (value) : 0;
}
