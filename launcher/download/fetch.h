/* SPDX-License-Identifier: MIT
 * Downloading an image into a feed: again after what was cut, and on from where it was. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_FETCH_H
#define OWVM_LAUNCHER_DOWNLOAD_FETCH_H

#include "launcher/download/feed.h"
#include "launcher/image/store.h"

/* All borrowed. */
struct fetch {
	const struct image_store *store;
	const char *name; /* of the image, whose lock is held */
	const char *url;
	bool hashed;	      /* its hash is known, so that what is put together is found out */
	unsigned int timeout; /* seconds without a byte */
	int signals;	      /* signalfd, or -1 */
	bool quiet;
};

/* Download it all into a feed that has an output and was not started. What came in is kept in the
 * store while it is worth to go on from there; fetch_forget() removes that. *ret_resumed: some of
 * it came in earlier. Returns 0, or -errno with a sentence. */
int fetch_run(const struct fetch *fetch, struct feed *feed, bool *ret_resumed, char **reterr_text);

/* Remove what is kept. */
void fetch_forget(const struct image_store *store, const char *name);

#endif
