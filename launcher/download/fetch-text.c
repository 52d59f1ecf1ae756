/* SPDX-License-Identifier: MIT
 * A small file by HTTP, as text in memory. */
#include "launcher/download/fetch-text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/download/download.h"

#define TRIES 3
#define FIRST_PAUSE 500 /* ms; each is twice the one before */

struct text {
	const char *url;
	size_t max;
	char *data;
	size_t size;
};

static int begin(
	void *context, uint64_t offset, uint64_t total, const char *validator, char **reterr_text)
{
	struct text *text = context;

	(void)offset;
	(void)total;
	(void)validator;
	(void)reterr_text;
	text->size = 0;
	return 0;
}

static int take(void *context, const void *data, size_t size, char **reterr_text)
{
	struct text *text = context;

	if (size > text->max - text->size)
		return text_fail(reterr_text, -EFBIG,
			"'%s' is larger than the %zu bytes that make sense", text->url, text->max);
	text->data = realloc(text->data, text->size + size + 1);
	if (text->data == NULL)
		abort();
	memcpy(text->data + text->size, data, size);
	text->size += size;
	text->data[text->size] = '\0';
	return 0;
}

int fetch_text(const char *url, size_t max, unsigned int timeout, int signals, char **ret_text,
	size_t *ret_size, char **reterr_text)
{
	struct text text = {.url = url, .max = max};
	const struct download download = {
		.url = url,
		.timeout = timeout,
		.signals = signals,
		.begin = begin,
		.take = take,
		.context = &text,
	};
	struct pollfd wait = {.fd = signals, .events = POLLIN};
	int pause = FIRST_PAUSE, r = download_run(&download, reterr_text);

	for (int i = 1; r == -EAGAIN && i < TRIES; i++) {
		if (poll(&wait, 1, pause) > 0)
			r = text_fail(reterr_text, -EINTR, "interrupted");
		else
			r = download_run(&download, reterr_text);
		pause *= 2;
	}
	if (r < 0) {
		free(text.data);
		return r;
	}
	*ret_text = text.data == NULL ? text_format("%s", "") : text.data;
	*ret_size = text.size;
	return 0;
}
