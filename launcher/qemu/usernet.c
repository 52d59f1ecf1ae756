/* SPDX-License-Identifier: MIT
 * Forwards of QEMU's user network: whether the guest listens, more of them, fewer. */
#include "launcher/qemu/usernet.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-connect.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/state.h"

#define CHANGE_TIMEOUT 3000    /* ms */
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

int usernet_connect(const struct runtime *runtime, const struct forward *forward, int timeout_ms)
{
	int64_t deadline = deadline_in(timeout_ms);
	OWNED_FD fd = forward_connect(forward, NULL, deadline);
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *ignored = NULL;
	struct qmp qmp = {.socket = -1};
	bool open = false;
	int r = 0;

	if (fd < 0)
		return fd;
	nanosleep(&(struct timespec){.tv_nsec = ANSWER_PAUSE}, NULL);
	r = qmp_connect(runtime, deadline_left(deadline), &qmp);
	if (r < 0)
		return r;
	if (qmp_human(&qmp, "info usernet", deadline_left(deadline), &text, &ignored) == 0)
		open = usernet_has_connection(text, forward);
	qmp_close(&qmp);
	return open ? cleanup_steal_fd(&fd) : -ECONNREFUSED;
}

bool usernet_is_open(const struct runtime *runtime, const struct forward *forward, int timeout_ms)
{
	OWNED_FD fd = usernet_connect(runtime, forward, timeout_ms);

	return fd >= 0;
}

/* Where forwards lead that name no address; empty: a user network that is the WAN. */
static const char *guest_of(const json_t *nic)
{
	const char *guest = json_string_value(json_object_get(nic, "guest"));

	return guest == NULL ? "" : guest;
}

static bool fits(const json_t *nic, bool wan)
{
	const char *network = json_string_value(json_object_get(nic, "network"));

	return network != NULL && strcmp(network, "user") == 0 &&
	       !json_is_string(json_object_get(nic, "interface")) &&
	       (!wan || guest_of(nic)[0] == '\0');
}

int usernet_find(const json_t *state, const struct forward *forward, struct usernet *ret_net,
	char **reterr_text)
{
	const json_t *nics = json_object_get(state, "nics");

	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		const char *guest = guest_of(nic);

		if (!fits(nic, forward->wan) || strlen(guest) >= sizeof(ret_net->guest))
			continue;
		*ret_net = (struct usernet){.nic = i};
		memcpy(ret_net->guest, guest, strlen(guest) + 1);
		return 0;
	}
	if (state_forwards_by_passt(state, forward))
		return text_fail(reterr_text, -EOPNOTSUPP,
			"passt takes no forward and gives none up while it runs; '--forward' gives one at the start");
	return text_fail(reterr_text, -ENOENT, "the VM has no user network by which that enters");
}

/* Run a line of QEMU's monitor that says something only when it fails. */
static int change(const struct runtime *runtime, const char *line, char **reterr_text)
{
	OWNED_MEMORY char *output = NULL;
	struct qmp qmp = {.socket = -1};
	int r = qmp_connect(runtime, CHANGE_TIMEOUT, &qmp);

	if (r < 0)
		return text_fail(reterr_text, r, "QEMU does not answer: %s", strerror(-r));
	r = qmp_human(&qmp, line, CHANGE_TIMEOUT, &output, reterr_text);
	qmp_close(&qmp);
	if (r < 0)
		return r;
	output[strcspn(output, "\r\n")] = '\0';
	return output[0] == '\0' || strstr(output, "removed") != NULL
		       ? 0
		       : text_fail(reterr_text, -EIO, "QEMU says: %s", output);
}

int usernet_add(const struct runtime *runtime, const struct usernet *net,
	const struct forward *forward, char **reterr_text)
{
	const char *guest = forward->guest_address[0] == '\0' ? net->guest : forward->guest_address;
	OWNED_MEMORY char *line = text_format("hostfwd_add nic%zu %s:%s:%u-%s:%u", net->nic,
		forward->udp ? "udp" : "tcp", forward->address, (unsigned int)forward->host, guest,
		(unsigned int)forward->guest);

	return change(runtime, line, reterr_text);
}

int usernet_remove(const struct runtime *runtime, const json_t *state,
	const struct forward *forward, char **reterr_text)
{
	struct usernet net = {0};
	int r = usernet_find(state, forward, &net, reterr_text);
	OWNED_MEMORY char *line = text_format("hostfwd_remove nic%zu %s:%s:%u", net.nic,
		forward->udp ? "udp" : "tcp", forward->address, (unsigned int)forward->host);

	return r < 0 ? r : change(runtime, line, reterr_text);
}
