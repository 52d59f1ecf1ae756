/* SPDX-License-Identifier: MIT
 * ssh and scp to a VM: the way there, and whose key is believed.
 *
 * A key goes by the VM's name, in a file of the VM's own directory: a VM that is made anew begins
 * with none, and no other VM that was once at the same port or address is in its way. */
#include "launcher/ssh/ssh.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/process.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"
#include "launcher/relay/change.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/state.h"

#define ALIAS "owvm-%s"	   /* of the host, for its key */
#define CONNECT_TIMEOUT 10 /* s for ssh, until the server has said its name */
#define TRY_TIMEOUT 5000   /* ms */

/* A path as a value of ssh_config(5): in quotes, and '%' has a meaning. The caller frees it. */
static char *quote(const char *path)
{
	char *quoted = text_format("\"");

	for (; *path != '\0'; path++)
		text_append(&quoted, "%s%c",
			*path == '"' || *path == '\\' ? "\\"
			: *path == '%'		      ? "%"
						      : "",
			*path);
	text_append(&quoted, "\"");
	return quoted;
}

/* This program, as a word for the shell that ssh starts. The caller frees it. */
static char *own_program(void)
{
	OWNED_MEMORY char *path = process_own_program();
	OWNED_MEMORY char *word = shell_word(path == NULL ? "owrun" : path);
	char *escaped = text_format("%s", "");

	for (const char *c = word; *c != '\0'; c++)
		text_append(&escaped, "%s%c", *c == '%' ? "%" : "", *c);
	return escaped;
}

static void add(struct ssh_way *way, char *option)
{
	way->options[way->n++] = option;
}

/* What all ways have in common. */
static void begin(
	const char *name, const json_t *state, const char *directory, struct ssh_way *ret_way)
{
	OWNED_MEMORY char *kept = state_text(state, "vmdir");
	OWNED_MEMORY char *quoted = NULL;

	*ret_way = (struct ssh_way){.host = text_format("%s", name),
		.known_hosts =
			text_format("%s/" VMDIR_KNOWN_HOSTS, kept == NULL ? directory : kept)};
	quoted = quote(ret_way->known_hosts);
	add(ret_way, text_format("HostKeyAlias=" ALIAS, name));
	add(ret_way, text_format("UserKnownHostsFile=%s", quoted));
	add(ret_way, text_format("StrictHostKeyChecking=accept-new"));
	add(ret_way, text_format("ConnectTimeout=%d", CONNECT_TIMEOUT));
}

void ssh_way_make(
	const char *name, const json_t *state, const char *directory, struct ssh_way *ret_way)
{
	OWNED_MEMORY char *program = own_program();

	begin(name, state, directory, ret_way);
	add(ret_way, text_format("ProxyCommand=%s forward stdio %s %d", program, name, SSH_PORT));
}

int ssh_way_find(const char *name, const struct runtime *runtime, struct ssh_way *ret_way,
	char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	OWNED_MEMORY char *obstacle = NULL;
	OWNED_FD fd = -1;
	struct forward forward = {0};

	if (state_find_forward(state, SSH_PORT, &forward)) {
		obstacle = obstacle_find(runtime, state, &forward, TRY_TIMEOUT);
		if (obstacle == NULL) {
			begin(name, state, runtime->directory, ret_way);
			add(ret_way, text_format("HostName=%s", forward_reach(&forward)));
			add(ret_way, text_format("Port=%u", (unsigned int)forward.host));
			return 0;
		}
	}
	fd = change_connect(name, runtime, SSH_PORT, TRY_TIMEOUT, reterr_text);
	if (fd < 0)
		return fd;
	ssh_way_make(name, state, runtime->directory, ret_way);
	return 0;
}

void ssh_way_free(struct ssh_way *way)
{
	for (size_t i = 0; i < way->n; i++)
		free(way->options[i]);
	free(way->host);
	free(way->known_hosts);
	*way = (struct ssh_way){0};
}
