/* SPDX-License-Identifier: MIT
 * QEMU's Unix sockets, made before it starts. */
#include "launcher/endpoint.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/socket.h"
#include "launcher/text.h"

#define CONNECT_TIMEOUT 2000 /* ms */

/* The value of a chardev with the number of an fd in place of its path. */
struct chardev {
	char *value;
	char *path; /* NULL: it is no Unix socket */
	bool server;
};

static void free_chardev(struct chardev *chardev)
{
	free(chardev->value);
	free(chardev->path);
}

static void take_item(struct chardev *chardev, const char *item, int fd)
{
	OWNED_MEMORY char *before = chardev->value;
	OWNED_MEMORY char *text = NULL;

	if (strncmp(item, "path=", 5) == 0) {
		free(chardev->path);
		chardev->path = text_format("%s", item + 5);
		text = text_format("fd=%d", fd);
	} else {
		text = text_double_commas(item);
	}
	chardev->server = chardev->server || strcmp(item, "server=on") == 0;
	chardev->value = text_format("%s,%s", before, text);
}

static void read_chardev(const char *value, int fd, struct chardev *ret_chardev)
{
	OWNED_MEMORY char *type = text_take_path(&value);
	struct chardev chardev = {.value = text_format("%s", type)};

	while (*value != '\0' && strcmp(type, "socket") == 0) {
		OWNED_MEMORY char *item = text_take_path(&value);

		take_item(&chardev, item, fd);
	}
	*ret_chardev = chardev;
}

static int open_endpoint(const struct chardev *chardev, char **reterr_text)
{
	int fd = chardev->server ? socket_listen(chardev->path)
				 : socket_connect(chardev->path, SOCK_STREAM, CONNECT_TIMEOUT);

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot %s '%s': %s",
			chardev->server ? "listen on" : "connect to", chardev->path, strerror(-fd));
	/* QEMU waits as long as it likes. */
	if (!chardev->server)
		(void)socket_set_timeout(fd, 0);
	return fd;
}

static int replace(
	struct plan_option *option, int first, struct endpoints *endpoints, char **reterr_text)
{
	__attribute__((cleanup(free_chardev))) struct chardev chardev = {0};
	int fd = -1;

	read_chardev(option->value, first + (int)endpoints->n, &chardev);
	if (chardev.path == NULL)
		return 0;
	if (endpoints->n == ENDPOINTS_MAX)
		return text_fail(reterr_text, -E2BIG, "more than %d sockets", ENDPOINTS_MAX);
	fd = open_endpoint(&chardev, reterr_text);
	if (fd < 0)
		return fd;
	endpoints->fds[endpoints->n++] = fd;
	free(option->value);
	option->value = chardev.value;
	chardev.value = NULL;
	return 0;
}

int endpoints_make(
	struct plan *plan, int first, struct endpoints *ret_endpoints, char **reterr_text)
{
	struct endpoints endpoints = {0};

	for (size_t i = 0; i < plan->n; i++) {
		int r = 0;

		/* QEMU's arguments after "--" stand in the names. */
		if (strcmp(plan->options[i].name, "-chardev") != 0 ||
			plan->options[i].value == NULL)
			continue;
		r = replace(&plan->options[i], first, &endpoints, reterr_text);
		if (r < 0) {
			endpoints_close(&endpoints);
			return r;
		}
	}
	*ret_endpoints = endpoints;
	return 0;
}

void endpoints_close(struct endpoints *endpoints)
{
	while (endpoints->n > 0)
		cleanup_close(&endpoints->fds[--endpoints->n]);
}
