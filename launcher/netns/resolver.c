/* SPDX-License-Identifier: MIT
 * The name servers of a mount namespace: a resolv.conf of its own, in memory. */
#include "launcher/netns/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"

#define RESOLVER "/etc/resolv.conf"
#define SYSTEMD "/run/systemd/resolve" /* where its resolv.conf and the socket are */
#define SCRATCH "/tmp"		       /* a directory that there is */

/* Where else services listen that glibc asks for names. */
static const char *const services[] = {"/run/nscd", "/run/avahi-daemon"};

/* Returns 0 or -errno: -ENOENT. */
static int cover(const char *path)
{
	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") < 0
		       ? -errno
		       : 0;
}

/* Make it in a file system of its own at that place. Returns its fd or -errno. */
static int make(const char *place)
{
	OWNED_MEMORY char *path = text_format("%s/resolv.conf", place);
	OWNED_MEMORY char *stub = text_format("%s/stub-resolv.conf", place);
	OWNED_FD fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0 || fchmod(fd, 0644) < 0 || symlink("resolv.conf", stub) < 0 ||
		mount(path, RESOLVER, NULL, MS_BIND, NULL) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

static char *make_text(const struct lease *lease)
{
	char *text = text_format(
		"# of 'owrun lan'%s\n", lease->n_servers == 0 ? ": no name server is known" : "");

	if (lease->domain[0] != '\0')
		text_append(&text, "search %s\n", lease->domain);
	for (size_t i = 0; i < lease->n_servers; i++) {
		const struct cidr server = {.address = lease->servers[i], .prefix = 32};
		char address[CIDR_TEXT_SIZE] = {0};

		cidr_format(&server, address);
		text_append(&text, "nameserver %.*s\n", (int)strcspn(address, "/"), address);
	}
	return text;
}

int resolver_write(int fd, const struct lease *lease)
{
	OWNED_MEMORY char *text = make_text(lease);
	int r = bytes_write_at(fd, text, strlen(text), 0);

	if (r == 0 && ftruncate(fd, (off_t)strlen(text)) < 0)
		r = -errno;
	return r;
}

/* Make it, and what it is in, which goes but for the file: its mount stays. */
static int make_in(const char *scratch)
{
	int fd = cover(scratch);

	if (fd < 0)
		return fd;
	fd = make(scratch);
	(void)umount2(scratch, MNT_DETACH);
	return fd;
}

int resolver_open(char **reterr_text)
{
	OWNED_FD fd = cover(SYSTEMD) == 0 ? make(SYSTEMD) : make_in(SCRATCH);
	int r = fd < 0 ? fd : resolver_write(fd, &(struct lease){0});

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		(void)cover(services[i]);
	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot lay a file over '" RESOLVER "': %s", strerror(-r));
	return cleanup_steal_fd(&fd);
}
