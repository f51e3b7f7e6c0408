/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An export: one object of core's under its path on one connection, with one
 * interface of the contract.
 *
 * Its properties are told of before the reply to the call that changed them.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BusTree BusTree;
typedef struct _BusCall BusCall;
typedef struct _BusExport BusExport;

/* A property; its value is read from the object each time. */
typedef struct
{
  const char *name;   /* on the bus */
  const char *source; /* the object's own property that notifies of it; NULL: never changes */
  GVariant *(*get) (BusExport *export); /* floating, or a new reference */
} BusProperty;

/* A method, or a standard one of the object: answers, or sees to it that @call is answered later,
 * once. */
typedef struct
{
  const char *name;
  void (*handle) (BusCall *call, gpointer object, GVariant *arguments);
} BusMethod;

/* How an interface of the contract is had from an object; both lists end with a NULL name, in
 * the order of the contract. */
typedef struct
{
  GDBusInterfaceInfo *(*get_info) (void);
  const BusProperty *properties;
  const BusMethod *methods;
} BusInterface;

struct _BusExport
{
  BusTree *tree;
  GObject *object;
  char *path;
  const BusInterface *interface;
  guint registration;
  gulong notified;
  guint32 changed; /* a bit a property, not told of yet */
};

/* @object is kept.  NULL if the path is taken. */
BusExport *bus_export_new (BusTree *tree,
                           GDBusConnection *connection,
                           const char *path,
                           gpointer object,
                           const BusInterface *interface);
void bus_export_free (BusExport *export);

const char *bus_export_get_interface_name (BusExport *export);

/* a{sv}, floating: all properties. */
GVariant *bus_export_get_properties (BusExport *export);

/* a{sa{sv}}, floating: its interface and its properties. */
GVariant *bus_export_describe (BusExport *export);
/* It is there. */
void bus_export_tell_added (BusExport *export, GDBusConnection *connection);
/* Tells of all properties, whether they have changed or not. */
void bus_export_tell_all (BusExport *export, GDBusConnection *connection);
/* Of an object of core's that was on @path. */
void bus_export_tell_removed (const char *path, gpointer object, GDBusConnection *connection);
/* Tells of what has changed since the last time. */
void bus_export_flush (BusExport *export, GDBusConnection *connection);

G_END_DECLS
