/* SPDX-License-Identifier: MIT
 * Does the guest listen where a forward leads to? */
#include "launcher/qemu/usernet.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-connect.h"
#include "launcher/qemu/qmp.h"

#define ANSWER_PAUSE 100000000 /* ns: a guest that listens has answered by then */

/* "TCP[ESTABLISHED]  19  127.0.0.1 18080  192.168.1.1  80  0  0" */
static bool line_is_of(char *line, const struct forward *forward)
{
	char *words[6] = {0}, *rest = line, *word = NULL;
	uint32_t host = 0, guest = 0;
	size_t n = 0;

	while (n < 6 && (word = strsep(&rest, " ")) != NULL)
		if (*word != '\0')
			words[n++] = word;
	return n == 6 && strcmp(words[0], "TCP[ESTABLISHED]") == 0 &&
	       number_parse(words[3], strlen(words[3]), UINT16_MAX, &host) &&
	       number_parse(words[5], strlen(words[5]), UINT16_MAX, &guest) &&
	       host == forward->host && guest == forward->guest;
}

bool usernet_has_connection(const char *text, const struct forward *forward)
{
	OWNED_MEMORY char *copy = text_format("%s", text);
	char *rest = copy, *line = NULL;

	while ((line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		if (line_is_of(line, forward))
			return true;
	}
	return false;
}

bool usernet_is_open(const struct runtime *runtime, const struct forward *forward, int timeout_ms)
{
	int64_t deadline = deadline_in(timeout_ms);
	OWNED_FD fd = forward_connect(forward, NULL, deadline);
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *ignored = NULL;
	struct qmp qmp = {.socket = -1};
	bool open = false;

	if (fd < 0)
		return false;
	nanosleep(&(struct timespec){.tv_nsec = ANSWER_PAUSE}, NULL);
	if (qmp_connect(runtime, deadline_left(deadline), &qmp) < 0)
		return false;
	if (qmp_human(&qmp, "info usernet", deadline_left(deadline), &text, &ignored) == 0)
		open = usernet_has_connection(text, forward);
	qmp_close(&qmp);
	return open;
}
