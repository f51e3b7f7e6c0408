// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The verb table. A verb exists because it has a line here: its help, the
 * check of its words, its completion and what runs it all come from that line. */

#include "verbs.h"

#include <string.h>

#define POLICIES "never|manual|opportunistic|always|inherit"

static const Option json_option[] = {
  { "json", NULL, "print JSON" },
  { NULL },
};

static const Option add_options[] = {
  { "network", "NAME", "the network of an IRC account" },
  { NULL },
};

static const Option remove_options[] = {
  { "yes", NULL, "do not ask" },
  { NULL },
};

static const Option generate_options[] = {
  { "replace", NULL, "make a new key in place of the one that is there" },
  { NULL },
};

static const Option show_options[] = {
  { "link", NULL, "print the address with the fingerprint, as others can paste it" },
  { "qr", NULL, "draw that as a QR code, too" },
  { NULL },
};

static const Option fingerprints_options[] = {
  { "contact", "CONTACT", "only those of this contact" },
  { "trust", "TRUST", "only those that are verified, unverified or rejected" },
  { "fingerprint", "HEX", "only this one, with whom it is known of" },
  { "long", NULL, "everything that is known of each" },
  { "json", NULL, "print JSON" },
  { NULL },
};

static const Option sessions_options[] = {
  { "long", NULL, "everything that is known of each" },
  { "json", NULL, "print JSON" },
  { NULL },
};

static const Option verify_options[] = {
  { "question", "TEXT", "ask the contact this; the secret is the answer" },
  { "secret", NULL, "ask for the secret on the terminal, unseen" },
  { "secret-stdin", NULL, "read the secret from standard input, to the end of its line" },
  { "pin", NULL, "let the service make a number, to be told on another channel" },
  { "normalise", NULL, "take the secret as it sounds; the contact's program must, too" },
  { "manual", NULL, "compare the fingerprints side by side" },
  { "abort", NULL, "end the verification that is under way" },
  { "timeout", "SECONDS", "give up waiting for the contact after that time" },
  { NULL },
};

static const Option unlock_options[] = {
  { "passphrase-stdin", NULL, "read the passphrase from standard input, to the end of its line" },
  { NULL },
};

static const char auto_lock_details[] =
    "Without words it is shown. With the screen: when the screen is locked; what it has\n"
    "locked opens with it again, if the keyring needs no prompt. Idle: when for so many\n"
    "seconds nobody has sent, opened or changed anything; then unlock opens it.";

static const Option backup_options[] = {
  { "passphrase-stdin", NULL, "read the passphrase from standard input, to the end of its line" },
  { "passphrase-fd", "N", "read the passphrase from the descriptor N, to the end of its line" },
  { "force", NULL, "replace a file of that name" },
  { NULL },
};

static const Option restore_options[] = {
  { "passphrase-stdin", NULL, "read the passphrase from standard input, to the end of its line" },
  { "passphrase-fd", "N", "read the passphrase from the descriptor N, to the end of its line" },
  { "merge", NULL, "add what is not there; what is there stays as it is" },
  { "replace", NULL, "put the backup in the place of all that is there" },
  { "previous", NULL, "no backup: go back to the generation before, of what is damaged" },
  { "force", NULL, "with --previous: of all, although nothing is damaged" },
  { "yes", NULL, "with --previous: do not ask" },
  { NULL },
};

static const char backup_details[] =
    "The file is sealed with a passphrase of its own: keys, fingerprints and their trust\n"
    "with its history, policies, grants. Instance tags are not in it: each machine makes\n"
    "its own.";

static const char restore_details[] =
    "Into a vault that is empty, damaged or without its key; one that is in use needs\n"
    "--merge or --replace. What could not be opened stays beside it (keys.aside-1 and so\n"
    "on), what is replaced stays as the previous generation. With --previous and no FILE,\n"
    "the generation that is kept beside each file takes the place of one that is damaged\n"
    "(“otrctl vault check” says which), which then stays beside it in the same way.";

static const Option import_options[] = {
  { "private-keys", "FILE", "the program's file of private keys (otr.private_key)" },
  { "fingerprints", "FILE", "its file of contacts' fingerprints (otr.fingerprints)" },
  { "preview", NULL, "change nothing, only show what would come" },
  { "json", NULL, "print JSON" },
  { NULL },
};

static const char import_details[] =
    "PROGRAM is pidgin, finch, irssi, hexchat, profanity, mcabber, bitlbee, kopete or\n"
    "libotr. The files are read and left as they are. Nothing that is there already is\n"
    "replaced: what differs is listed as a conflict. Instance tags are not taken over.\n"
    "Stop using the old program's OTR afterwards: two programs with one key and two\n"
    "sessions make contacts' messages unreadable in one of them.";

static const Option relay_options[] = {
  { "application", "ID", "the id of the messenger (otrctl-relay)" },
  { "content-type", "TYPE", "text/plain (as without it) or text/html: the form of the texts" },
  { "max-message-size", "BYTES", "the longest line that the network carries" },
  { "network", "NAME", "the network of an IRC account" },
  { "occupant", NULL, "the contact is the occupant of a room" },
  { "end-if-last", NULL, "at the end, also end the session if no other messenger has it" },
  { NULL },
};

static const Option help_options[] = {
  { "table", NULL, "print the verbs for a program: verb, sub-verb, arguments, options" },
  { NULL },
};

static const Option shared_options[] = {
  { "help", NULL, "print the help of the verb" },
  { "no-prompt", NULL, "never raise a prompt of the key store; end with status 5 instead" },
  { NULL },
};

static const char subject_details[] =
    "The account may be left out if only one knows the contact. A link\n"
    "(xmpp:bob@example.org?otr-fingerprint=...) stands for contact and fingerprint;\n"
    "the fingerprint may be one that was never seen.";

static const char verify_details[] =
    "Without options you are asked how.\n"
    "\n"
    "Both ends prove to each other that they know the same secret. The contact's\n"
    "messenger must be there, and so must one of ours: it carries the lines. If the\n"
    "contact has asked already, this answers. A shared secret then verifies both; the\n"
    "answer to a question of theirs proves us to them, not them to us.\n"
    "\n"
    "It prints verified, answered (a question of theirs, rightly; they are not verified\n"
    "by that), failed, aborted or cheated; the last three are status 9.";

static const char accept_details[] =
    "Without a fingerprint you are shown what was known of the contact until now, and the\n"
    "key that is in use, and are asked. The key is then known, but not verified; those\n"
    "before keep what you thought of them. Texts that waited go out. The account may be\n"
    "left out if only one knows the contact. Ask the contact on another channel first, or\n"
    "verify it: then there is nothing to accept.";

static const char policy_details[] =
    "Without a policy it is shown, with where it comes from (contact, account or\n"
    "default); with one, whose it is now. Without an account it is the default of all\n"
    "accounts. A contact may stand alone if no account has that name and only one knows\n"
    "the contact.";

static const char relay_details[] =
    "It reads one JSON object a line from standard input and prints one a line.\n"
    "\n"
    "In:\n"
    "  {\"send\": \"text\", \"id\": 7, \"at-least\": \"private\", \"clear\": true}\n"
    "  {\"receive\": \"line\", \"from\": \"address\", \"id\": \"x\", \"sent\": true, \"history\": "
    "true}\n"
    "  {\"start\": true}                 begin, or refresh\n"
    "  {\"end\": true}                   back to plaintext\n"
    "  {\"verify\": {\"secret\": \"...\", \"question\": \"...\"}}, or {\"pin\": true},\n"
    "            {\"answer\": \"...\"}, {\"abort\": true}\n"
    "  {\"accept\": \"FINGERPRINT\"}       a key that has changed\n"
    "  {\"select\": 1234}                the contact's instance; 0: the best\n"
    "  {\"online\": true}                our link to the network\n"
    "  {\"contact-online\": true}        the contact's\n"
    "  {\"collect\": true}               what is owed; seldom needed\n"
    "  {\"detach\": true, \"end-if-last\": true}    sign off, and end\n"
    "\n"
    "Out:\n"
    "  {\"ready\": \"OBJECT PATH\", \"contact\": \"ADDRESS\"}   first of all\n"
    "  {\"state\": \"private\", \"trust\": ..., \"blocked\": ..., ...}  first, and when it "
    "changes\n"
    "  {\"transmit\": \"line\", \"to\": \"address\", \"clear\": false, \"ids\": [7]}\n"
    "  {\"event\": \"name\", ...}          as the contract names them\n"
    "  {\"sent\": 7, \"verdict\": \"private\", ...}   what became of a text\n"
    "  {\"verdict\": \"private\", \"text\": \"...\", ...}   what became of a line; no text: show "
    "nothing\n"
    "  {\"error\": \"NotPrivate\", \"message\": \"...\", \"input\": 3}\n"
    "  {\"service\": false}              it has gone, or (true) come back\n"
    "  {\"done\": 3}                     the third line of input is done with\n"
    "\n"
    "Lines of input are taken one after the other, and all that one caused stands\n"
    "before its \"done\": transmit, then event, then sent or verdict. What no line caused\n"
    "comes between. Each line that is not blank has one \"done\", after an \"error\" too. A\n"
    "member that is not known is an error. At the end of input it signs off.\n"
    "\n"
    "The id of a text is a whole number up to 9007199254740991 (2^53 - 1); without one the\n"
    "text gets one.";

static const Verb verbs[] = {
  { "status", NULL, "", "what the service is and whether its vault is open", NULL, json_option,
    FALSE, run_status },
  { "accounts", NULL, "", "list the accounts", NULL, json_option, FALSE, run_accounts },
  { "account", "add", "PROTOCOL NAME", "make an account known", NULL, add_options, FALSE,
    run_account_add },
  { "account", "remove", "ACCOUNT", "remove an account with its key and its trust", NULL,
    remove_options, FALSE, run_account_remove },
  { "import", NULL, "PROGRAM", "take over another program's keys and trust", import_details,
    import_options, FALSE, run_import },
  { "key", "generate", "ACCOUNT", "make the key of an account", NULL, generate_options, FALSE,
    run_key_generate },
  { "key", "show", "ACCOUNT", "print the fingerprint of an account's key", NULL, show_options,
    FALSE, run_key_show },
  { "fingerprints", NULL, "[ACCOUNT]", "list the fingerprints of contacts", NULL,
    fingerprints_options, FALSE, run_fingerprints },
  { "history", NULL, "[ACCOUNT] CONTACT [FINGERPRINT]",
    "when and how a contact's fingerprints came to be trusted", subject_details, json_option, FALSE,
    run_history },
  { "trust", NULL, "[ACCOUNT] CONTACT [FINGERPRINT] verified|unverified|rejected",
    "say what you think of a fingerprint", subject_details, NULL, FALSE, run_trust },
  { "forget", NULL, "[ACCOUNT] CONTACT [FINGERPRINT]", "forget a fingerprint", subject_details,
    NULL, FALSE, run_forget },
  { "policy", NULL, "[ACCOUNT [CONTACT]] [" POLICIES "]", "show or set what is encrypted",
    policy_details, NULL, FALSE, run_policy },
  { "sessions", NULL, "", "list the sessions of all messengers", NULL, sessions_options, FALSE,
    run_sessions },
  { "verify", NULL, "[ACCOUNT] CONTACT", "verify a contact, or answer its verification",
    verify_details, verify_options, FALSE, run_verify },
  { "accept", NULL, "[ACCOUNT] CONTACT [FINGERPRINT]", "accept a contact's key that has changed",
    accept_details, NULL, FALSE, run_accept },
  { "unlock", NULL, "", "open the vault", NULL, unlock_options, FALSE, run_unlock },
  { "lock", NULL, "", "lock the vault", NULL, NULL, FALSE, run_lock },
  { "auto-lock", NULL, "[screen|idle] [on|off|SECONDS]", "show or set when it is locked by itself",
    auto_lock_details, NULL, FALSE, run_auto_lock },
  { "key-store", NULL, "[secret-service|passphrase]", "show or set what opens the vault", NULL,
    unlock_options, FALSE, run_key_store },
  { "vault", "check", "", "read every file of the vault again", NULL, json_option, FALSE,
    run_vault_check },
  { "vault", "backup", "FILE", "write a backup, sealed with a passphrase", backup_details,
    backup_options, FALSE, run_vault_backup },
  { "vault", "restore", "[FILE]", "put a backup back", restore_details, restore_options, FALSE,
    run_vault_restore },
  { "clients", NULL, "", "list the programs that are connected", NULL, json_option, FALSE,
    run_clients },
  { "apps", NULL, "", "list what sandboxed programs may use, or ask for", NULL, json_option, FALSE,
    run_apps },
  { "allow", NULL, "APP ACCOUNT", "let a sandboxed program use an account", NULL, NULL, FALSE,
    run_allow },
  { "deny", NULL, "APP ACCOUNT", "keep a sandboxed program from an account", NULL, NULL, FALSE,
    run_deny },
  { "ask", NULL, "APP ACCOUNT", "forget the answer: the program must ask again", NULL, NULL, FALSE,
    run_ask },
  { "monitor", NULL, "", "print changes as they come", NULL, json_option, FALSE, run_monitor },
  { "relay", NULL, "PROTOCOL ACCOUNT CONTACT", "a messenger for scripts", relay_details,
    relay_options, FALSE, run_relay },
  { "help", NULL, "[VERB]", "print this, or the help of a verb", NULL, help_options, TRUE,
    run_help },
  { "version", NULL, "", "print the version of otrctl", NULL, NULL, TRUE, run_version },
  { NULL },
};

const Verb *
verbs_get (void)
{
  return verbs;
}

const Option *
verbs_get_shared_options (void)
{
  return shared_options;
}

static char *
list_subverbs (const char *name)
{
  GString *list = g_string_new (NULL);

  for (const Verb *verb = verbs; verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name) && verb->subverb != NULL)
      g_string_append_printf (list, "%s%s", list->len > 0 ? " or " : "", verb->subverb);
  return g_string_free (list, FALSE);
}

const Verb *
verbs_find (char ***argv, GError **error)
{
  const char *name = **argv;
  const char *subverb = name != NULL ? (*argv)[1] : NULL;
  g_autofree char *choices = list_subverbs (name != NULL ? name : "");

  if (name == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "The verb is missing");
      return NULL;
    }
  for (const Verb *verb = verbs; verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name)
        && (verb->subverb == NULL || g_strcmp0 (verb->subverb, subverb) == 0))
      {
        *argv += verb->subverb != NULL ? 2 : 1;
        return verb;
      }
  if (*choices != '\0')
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” needs a word more: %s", name,
                 choices);
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "There is no verb “%s”", name);
  return NULL;
}

static gboolean
check_choice (const char *shown, const char *word, GError **error)
{
  g_auto (GStrv) choices = g_strsplit (shown, "|", -1);

  if (choices[1] == NULL || g_strv_contains ((const char *const *)choices, word))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” is none of %s", word, shown);
  return FALSE;
}

/* The word that is missing when there are @n_words; NULL: none is. */
static const char *
find_missing (GStrv shown, guint n_words)
{
  guint n_needed = 0;

  for (guint i = 0; shown[i] != NULL; i++)
    if (*shown[i] != '[' && ++n_needed > n_words)
      return shown[i];
  return NULL;
}

/* A choice that must be there stands last. */
gboolean
verbs_check_words (const Verb *verb, const Arguments *arguments, GError **error)
{
  g_auto (GStrv) shown = g_strsplit (verb->words, " ", -1);
  guint n_words = arguments_count_words (arguments);
  guint most = g_strv_length (shown);
  const char *missing = find_missing (shown, n_words);

  if (n_words > most)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "“%s” is a word too many",
                   arguments_get_word (arguments, most));
      return FALSE;
    }
  if (missing != NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "%s is missing", missing);
      return FALSE;
    }
  return most == 0 || *shown[most - 1] == '['
         || check_choice (shown[most - 1], arguments_get_word (arguments, n_words - 1), error);
}

char *
verbs_describe_usage (const Verb *verb)
{
  GString *usage = g_string_new (verb->name);

  if (verb->subverb != NULL)
    g_string_append_printf (usage, " %s", verb->subverb);
  if (*verb->words != '\0')
    g_string_append_printf (usage, " %s", verb->words);
  return g_string_free (usage, FALSE);
}
