/* SPDX-License-Identifier: MIT
 * One download by HTTP or HTTPS: one request, which may go on where an earlier one ended.
 *
 * Proxies are those of the environment, as curl(1) takes them; certificates are checked by the
 * system's. What began with https never goes on without it. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_DOWNLOAD_H
#define OWVM_LAUNCHER_DOWNLOAD_DOWNLOAD_H

#include <stddef.h>
#include <stdint.h>

#define DOWNLOAD_TIMEOUT 30 /* seconds without a byte */

/* All borrowed. */
struct download {
	const char *url;
	uint64_t offset; /* from there on */
	const char
		*validator;   /* of what is there already: an ETag or a date; NULL: none is known */
	unsigned int timeout; /* seconds without a byte */
	int signals;	      /* signalfd that ends it, or -1 */
	/* Before the first byte: where what comes belongs, 0 or `offset`, how many bytes there are
	 * in all (0: not told), and what tells whether they are the same another time (or NULL). */
	int (*begin)(void *context, uint64_t offset, uint64_t total, const char *validator,
		char **reterr_text);
	int (*take)(void *context, const void *data, size_t size, char **reterr_text);
	/* Now and then while it runs; may be NULL. */
	void (*idle)(void *context);
	void *context;
};

/* Do it. Returns 0, or -errno with a sentence: -EAGAIN when it is worth another try, -ERANGE when
 * the server has not that many bytes, -ENOENT when there is no such file, -EINTR; what begin() or
 * take() returned, with their sentence. */
int download_run(const struct download *download, char **reterr_text);

#endif
