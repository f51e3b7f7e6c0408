// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/*
 * A call of a method of the service: what is asked, who asked, how often it
 * went out, and what came of it. It is settled once, with a result or an
 * error, and its asker hears of it through a task, or waits for it.
 */
typedef struct _OtrdCall OtrdCall;
typedef struct _OtrdWire OtrdWire;

/* Makes a result of an answer's body. */
typedef gpointer (*OtrdCallRead) (OtrdCall *call,
                                  GVariant *body,
                                  GUnixFDList *descriptors,
                                  GError **error);

/* What to do with an answer; exactly one of the two is there, and stays the wire's. */
typedef void (*OtrdCallAnswered) (OtrdCall *call, GDBusMessage *reply, const GError *error);

typedef enum
{
  OTRD_CALL_PLAIN = 0,
  /* May raise a prompt. */
  OTRD_CALL_INTERACTIVE = 1 << 0,
  /* May take as long as a person does. */
  OTRD_CALL_PATIENT = 1 << 1,
  /* May go out again when its answer was lost with the service. */
  OTRD_CALL_REPEATABLE = 1 << 2,
  /* The library's own: nobody outside hears of it directly. */
  OTRD_CALL_INWARD = 1 << 3,
  /* Goes by the bus, whatever the others do; its order does not matter. */
  OTRD_CALL_ON_BUS = 1 << 4,
} OtrdCallTraits;

struct _OtrdCall
{
  int references;

  char *path;
  const char *interface;
  const char *method;
  GVariant *parameters;
  GUnixFDList *descriptors;
  OtrdCallTraits traits;
  OtrdCallRead read;
  GDestroyNotify free_result;
  /* Hears that it is settled, before the asker. */
  void (*done) (OtrdCall *call);

  /* Whose call it is (owned), and what it is about (its own). */
  GObject *asker;
  OtrdWire *wire;
  void (*start) (OtrdCall *call);
  gpointer subject;
  GDestroyNotify free_subject;
  /* Calls of one lane are answered in order, waited for or not. */
  gpointer lane;

  /* On the wire. */
  OtrdCallAnswered answered;
  guint attempts;
  guint64 order;
  gint64 deadline;
  /* It went to a process, not to a name. */
  gboolean to_owner;
  /* The only one in which it makes sense; 0: any. */
  guint for_epoch;
  /* In which its answer was given; 0: one that is over. */
  guint epoch;

  GTask *task;
  GCancellable *cancellable;
  gulong cancelled_handler;
  gboolean held_back;

  /* Refused before it went out, or settled. */
  gboolean settled;
  gpointer result;
  GError *error;
};

/* The wire is the asker's. */
OtrdCall *otrd_call_new (gpointer asker,
                         OtrdWire *wire,
                         const char *path,
                         const char *interface,
                         const char *method,
                         GVariant *parameters,
                         OtrdCallTraits traits);
OtrdCall *otrd_call_ref (OtrdCall *self);
void otrd_call_unref (OtrdCall *self);

void otrd_call_set_read (OtrdCall *self, OtrdCallRead read, GDestroyNotify free_result);
void otrd_call_set_subject (OtrdCall *self, gpointer subject, GDestroyNotify free_subject);
void otrd_call_take_descriptors (OtrdCall *self, GUnixFDList *descriptors);

/* A call that is not worth sending. Takes the error. */
OtrdCall *otrd_call_new_refused (gpointer asker, OtrdWire *wire, GError *error);

/* Takes the result and the error. */
void otrd_call_settle (OtrdCall *self, gpointer result, GError *error);
/* Tells the asker of a call that was settled while another one was waited for. */
void otrd_call_deliver (OtrdCall *self);

/* The three forms of a public method. The first two take the call, which may be
 * NULL after a wrong argument. */
void otrd_call_begin (OtrdCall *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
gpointer otrd_call_run (OtrdCall *self, GCancellable *cancellable, GError **error);
gpointer otrd_call_end (gpointer asker, GAsyncResult *result, GError **error);

/* Options as the contract wants them; NULL is none. */
GVariant *otrd_options (GVariant *options);
gboolean otrd_all_utf8 (const char *const *texts, gsize n_texts);
#define OTRD_ALL_UTF8(...)                                                                         \
  otrd_all_utf8 ((const char *const[]){ __VA_ARGS__ },                                             \
                 G_N_ELEMENTS (((const char *const[]){ __VA_ARGS__ })))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdCall, otrd_call_unref)

G_END_DECLS
