/* SPDX-License-Identifier: MIT
 * Where serial ports and the monitor lead: whether this host lets QEMU go there.
 *
 * QEMU removes whatever is at the path of a socket that it is to make, be it a file or the socket
 * of another program, so that both are refused here. */
#include "launcher/host/serial-probe.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-probe.h"

#define CONNECT_TIMEOUT 1000 /* ms */

static const char forward_prefix[] = "forward: ";

static bool clashes(const struct serial *serial, const struct forward *forward)
{
	if (forward->udp || serial->port == 0 || serial->port != forward->host)
		return false;
	return forward_same_address(serial->address, forward->address);
}

/* A port that is listened on is tried as that of a forward is. */
static int probe_port(
	struct serial *serial, const struct forward *forwards, size_t n, char **reterr_text)
{
	struct forward trial = {.host = serial->port, .guest = 1};
	OWNED_MEMORY char *error = NULL;
	const char *sentence = NULL;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (clashes(serial, &forwards[i]))
			return text_fail(reterr_text, -EINVAL,
				"tcp port %u is wanted by a forward too",
				(unsigned int)serial->port);
	memcpy(trial.address, serial->address, sizeof(trial.address));
	r = forward_probe(&trial, 1, &error);
	if (r == 0) {
		serial->port = trial.host;
		return 0;
	}
	sentence = error;
	if (strncmp(sentence, forward_prefix, strlen(forward_prefix)) == 0)
		sentence += strlen(forward_prefix);
	return text_fail(reterr_text, r, "%s", sentence);
}

/* The directory of a path; the caller frees it. */
static char *parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return text_format(".");
	return text_format("%.*s", slash == path ? 1 : (int)(slash - path), path);
}

static int probe_parent(const char *path, char **reterr_text)
{
	OWNED_MEMORY char *directory = parent(path);

	if (access(directory, W_OK | X_OK) == 0)
		return 0;
	return text_fail(reterr_text, -errno, "cannot make '%s': %s", path, strerror(errno));
}

/* May the socket be replaced? Only a refused connection says that nobody listens: that of a program
 * which is behind with its connections ends by the timeout. */
static int probe_socket(const char *path, char **reterr_text)
{
	OWNED_FD fd = socket_connect(path, SOCK_STREAM, CONNECT_TIMEOUT);

	if (fd == -ECONNREFUSED || fd == -ENOENT)
		return probe_parent(path, reterr_text);
	if (fd >= 0 || fd == -EAGAIN || fd == -EPROTOTYPE)
		return text_fail(
			reterr_text, -EADDRINUSE, "socket '%s' is in use by another program", path);
	return text_fail(reterr_text, fd,
		"cannot see whether another program uses socket '%s': %s; remove it if none does",
		path, strerror(-fd));
}

static int probe_unix(const struct serial *serial, char **reterr_text)
{
	struct stat status = {0};

	if (lstat(serial->path, &status) < 0)
		return serial->client ? text_fail(reterr_text, -errno, "socket '%s': %s",
						serial->path, strerror(errno))
				      : probe_parent(serial->path, reterr_text);
	if (serial->client)
		return 0;
	if (!S_ISSOCK(status.st_mode))
		return text_fail(reterr_text, -EEXIST,
			"'%s' is there and no socket; QEMU would remove it", serial->path);
	return probe_socket(serial->path, reterr_text);
}

/* QEMU waits for the reader of a FIFO, for ever and deaf. */
static int hold_fifo(struct serial *serial, char **reterr_text)
{
	OWNED_FD fd = open(serial->path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ENXIO)
		return text_fail(reterr_text, -ENXIO,
			"nobody reads FIFO '%s'; start its reader first", serial->path);
	if (fd >= 0)
		/* 0 says that there is none. */
		serial->fifo = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd < 0 || serial->fifo < 0)
		return text_fail(reterr_text, -errno, "cannot write '%s': %s", serial->path,
			strerror(errno));
	return 0;
}

static int probe_file(struct serial *serial, char **reterr_text)
{
	struct stat status = {0};

	if (stat(serial->path, &status) < 0)
		return probe_parent(serial->path, reterr_text);
	if (S_ISDIR(status.st_mode))
		return text_fail(reterr_text, -EISDIR, "'%s' is a directory", serial->path);
	if (S_ISFIFO(status.st_mode))
		return hold_fifo(serial, reterr_text);
	if (access(serial->path, W_OK) < 0)
		return text_fail(reterr_text, -errno, "cannot write '%s': %s", serial->path,
			strerror(errno));
	return 0;
}

static int probe_one(
	struct serial *serial, const struct forward *forwards, size_t n, char **reterr_text)
{
	if (serial->kind == SERIAL_FILE)
		return probe_file(serial, reterr_text);
	if (serial->kind == SERIAL_UNIX)
		return probe_unix(serial, reterr_text);
	if ((serial->kind == SERIAL_TCP || serial->kind == SERIAL_TELNET) && !serial->client)
		return probe_port(serial, forwards, n, reterr_text);
	return 0;
}

int serial_probe(struct serial *serials, size_t n, struct serial *monitor,
	const struct forward *forwards, size_t n_forwards, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = 0;

	assert(n <= SERIAL_PORTS_MAX);
	for (size_t i = 0; i < n; i++) {
		r = probe_one(&serials[i], forwards, n_forwards, &error);
		if (r < 0)
			return text_fail(reterr_text, r, "serial port %zu: %s", i + 1, error);
	}
	if (monitor != NULL)
		r = probe_one(monitor, forwards, n_forwards, &error);
	return r < 0 ? text_fail(reterr_text, r, "monitor: %s", error) : 0;
}
