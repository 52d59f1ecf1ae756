/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what helps where QEMU did not start. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/log.h"
#include "launcher/sandbox/sandbox.h"
#include "launcher/start/private.h"

#define ALL_OF_YOURS \
	"it can reach only the files and sockets that owrun knows of; '--no-sandbox' gives it all of yours"

/* Call visit for each word behind "--", and each value in its list. Returns whether one did so. */
static bool any_word(const struct start *start, bool (*visit)(const char *word))
{
	for (size_t i = 0; i < start->facts.n_arguments; i++) {
		const char *rest = start->facts.arguments[i];

		while (*rest != '\0') {
			OWNED_MEMORY char *word = text_take_path(&rest);

			if (visit(word))
				return true;
		}
	}
	return false;
}

/* QEMU opens no tap, and starts no helper that does. */
static bool makes_port(const char *word)
{
	return strcmp(word, "tap") == 0 || strcmp(word, "bridge") == 0;
}

static bool starts_samba(const char *word)
{
	return strncmp(word, "smb=", strlen("smb=")) == 0;
}

static bool serves_files(const char *word)
{
	return strncmp(word, "tftp=", strlen("tftp=")) == 0;
}

static bool changes_user(const char *word)
{
	return strcmp(word, "-runas") == 0 || strcmp(word, "-chroot") == 0;
}

/* "KEY=PATH" or a path, which is there: with the sandbox it is not there for QEMU. */
static const char *path_in(const char *word)
{
	const char *value = strchr(word, '=');
	const char *path = value == NULL ? word : value + 1;

	return *path != '\0' && access(path, F_OK) == 0 ? path : NULL;
}

static bool is_readable(const char *word)
{
	const char *path = path_in(word);

	return path != NULL && access(path, R_OK) == 0;
}

static bool is_unreadable(const char *word)
{
	const char *path = path_in(word);

	return path != NULL && access(path, R_OK) < 0;
}

const char *start_way_out(const struct start *start, int log, int status)
{
	bool refused = log_mentions(log, strerror(EACCES));

	if (any_word(start, makes_port))
		return "a port on a bridge is '--nic bridge=NAME', in front of '--', which owvm-netd makes";
	if (start->vm->no_sandbox)
		return NULL;
	if (any_word(start, starts_samba))
		return "in its sandbox it starts no other program, as Samba; '--share PATH' shares a directory";
	if (any_word(start, changes_user))
		return "it runs as you, always";
	/* What the user cannot read himself the sandbox did not take away. */
	if (any_word(start, is_unreadable))
		return NULL;
	if (status == -SIGSYS)
		return "it was killed for what its filter of system calls refuses; '--no-sandbox' starts it without";
	return refused || any_word(start, is_readable) ? ALL_OF_YOURS : NULL;
}

void start_tell_limits(const struct start *start)
{
	if (!start->vm->no_sandbox && sandbox_possible() && any_word(start, serves_files))
		text_say(
			"the directory of 'tftp=' is out of reach for QEMU in its sandbox; with '--no-sandbox' it has all of your files");
}
