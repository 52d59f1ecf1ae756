/* SPDX-License-Identifier: MIT
 * What passes a NIC of a running VM, as pcap. */
#include "launcher/capture/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/capture/frames.h"
#include "launcher/qemu/dump.h"

void capture_wait(const struct capture *capture, const struct pump *pump)
{
	struct pollfd news[] = {
		{.fd = capture->signals, .events = POLLIN},
		{.fd = capture->pidfd, .events = POLLIN}, {.fd = pump_end(pump), .events = POLLIN},
		{.fd = capture->output}, /* its reader goes away */
	};

	while (poll(news, 4, -1) < 0 && errno == EINTR)
		;
}

/* A VM that has ended, or has just lost its NIC, has nothing to be taken away. */
static void stop(const struct capture *capture, const char *id)
{
	OWNED_MEMORY char *ignored = NULL;

	(void)!dump_stop(capture->runtime, id, &ignored);
}

/* Let QEMU write, and close our end. */
static int start(
	const struct capture *capture, bool headers, int pipe, char **ret_id, char **reterr_text)
{
	OWNED_FD input = pipe;
	OWNED_MEMORY char *reason = NULL;
	uint32_t snap = capture->snap + (headers ? FRAMES_HEADER_MAX : 0);
	int r = dump_start(capture->runtime, capture->netdev, snap, input, ret_id, &reason);

	if (r < 0)
		return text_fail(reterr_text, r,
			"%s; of a NIC with vhost or several queues QEMU sees no frames", reason);
	return 0;
}

int capture_nic(const struct capture *capture, struct pump_count *ret_count, char **reterr_text)
{
	OWNED_PUMP pump = PUMP_NONE;
	OWNED_MEMORY char *id = NULL;
	bool headers = false;
	int input = -1;
	int r = dump_look(capture->runtime, capture->netdev, &headers, reterr_text);

	if (r == 0)
		r = pump_start(capture->output, headers, capture->max, &pump, &input, reterr_text);
	if (r < 0) {
		cleanup_close(&input);
		return r;
	}
	r = start(capture, headers, input, &id, reterr_text);
	if (r < 0)
		return r;
	capture_wait(capture, &pump);
	stop(capture, id);
	r = pump_finish(&pump, CAPTURE_READ_TIMEOUT, ret_count, reterr_text);
	/* A reader that has enough is no failure. */
	return r == -EPIPE ? 0 : r;
}
