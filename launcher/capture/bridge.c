/* SPDX-License-Identifier: MIT
 * What a client on a bridge sees, as pcap.
 *
 * A child moves into a network namespace that has a port on the bridge, opens a socket for all
 * frames there, and gives up everything else. It writes to the pump, as QEMU does for a NIC. */
#include "launcher/capture/bridge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/capture/frames.h"
#include "launcher/netns/netns.h"
#include "launcher/relay/confine.h"

#define INTERFACE "capture" /* as map and ports show it */
#define SENTENCE_MAX 1000

/* Written at once. */
struct frame {
	struct frames_record record;
	char data[FRAMES_SNAP_MAX];
};

/* The child, and what it says when it cannot begin. */
struct client {
	pid_t pid;
	int pidfd;
	int said;
};

/* A socket that gets all frames which come to the port. Returns a fd, or -errno. */
static int open_socket(void)
{
	OWNED_FD fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(INTERFACE)};
	struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

static int enter(const char *bridge, char **reterr_text)
{
	/* Several at once have addresses of their own. */
	OWNED_MEMORY char *use = text_format("capture-%d", (int)getpid());
	const struct netns netns = {.bridge = bridge, .interface = INTERFACE, .use = use};
	struct wire_tap_reply port = {0};
	int r = netns_enter(&netns, &port, reterr_text), fd = -1;

	if (r < 0)
		return r;
	fd = open_socket();
	r = fd < 0 ? fd : confine_forwarder();
	return r < 0 ? text_fail(reterr_text, r, "cannot listen on bridge '%s': %s", bridge,
			       strerror(-r))
		     : fd;
}

/* Write frames until the port, or who reads them, is gone. What the namespace itself sends is not
 * of the bridge. */
static int copy(int socket, uint32_t snap, int output)
{
	static struct frame frame;
	int r = frames_write_header(output);

	while (r == 0) {
		struct sockaddr_ll from = {0};
		socklen_t size = sizeof(from);
		struct timeval now = {0};
		ssize_t length = recvfrom(socket, frame.data, sizeof(frame.data), MSG_TRUNC,
			(struct sockaddr *)&from, &size);

		if (length < 0)
			return -errno;
		gettimeofday(&now, NULL);
		frame.record = (struct frames_record){
			.seconds = (uint32_t)now.tv_sec,
			.microseconds = (uint32_t)now.tv_usec,
			.captured = (uint32_t)length < snap ? (uint32_t)length : snap,
			.length = (uint32_t)length,
		};
		if (from.sll_pkttype != PACKET_OUTGOING)
			r = bytes_write(
				output, &frame, sizeof(frame.record) + frame.record.captured);
	}
	return r;
}

__attribute__((noreturn)) static void become(
	const struct capture *capture, const char *bridge, int output, int said, pid_t parent)
{
	OWNED_MEMORY char *error = NULL;
	int fd = -1;

	signals_reset();
	if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		getppid() != parent)
		_exit(EXIT_FAILURE);
	fd = enter(bridge, &error);
	if (fd < 0) {
		(void)!write(said, error, strnlen(error, SENTENCE_MAX));
		_exit(EXIT_FAILURE);
	}
	close(said);
	(void)!copy(fd, capture->snap, output);
	_exit(EXIT_SUCCESS);
}

/* Start it, and wait until it listens. Returns 0, or -errno with a sentence. */
static int start(const struct capture *capture, const char *bridge, int output,
	struct client *ret_client, char **reterr_text)
{
	char sentence[SENTENCE_MAX + 1] = "";
	int said[2] = {-1, -1};
	pid_t self = getpid();
	ssize_t length = 0;

	if (pipe2(said, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "cannot make a pipe: %s", strerror(errno));
	ret_client->pid = fork();
	if (ret_client->pid == 0)
		become(capture, bridge, output, said[1], self);
	cleanup_close(&said[1]);
	length = bytes_read(said[0], sentence, SENTENCE_MAX);
	cleanup_close(&said[0]);
	if (length > 0 || ret_client->pid < 0)
		return text_fail(
			reterr_text, -EIO, "%s", length > 0 ? sentence : "cannot start a process");
	ret_client->pidfd = pidfd_open(ret_client->pid, 0);
	return ret_client->pidfd < 0 ? -errno : 0;
}

static void stop(struct client *client)
{
	if (client->pid > 0) {
		kill(client->pid, SIGKILL);
		while (waitpid(client->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cleanup_close(&client->pidfd);
}

int capture_bridge(const struct capture *capture, const char *bridge, struct pump_count *ret_count,
	char **reterr_text)
{
	OWNED_PUMP pump = PUMP_NONE;
	struct capture listening = *capture;
	struct client client = {.pidfd = -1};
	int input = -1;
	int r = pump_start(capture->output, false, capture->max, &pump, &input, reterr_text);

	if (r == 0)
		r = start(capture, bridge, input, &client, reterr_text);
	cleanup_close(&input);
	listening.pidfd = client.pidfd;
	if (r == 0)
		capture_wait(&listening, &pump);
	stop(&client);
	if (r < 0)
		return r;
	r = pump_finish(&pump, CAPTURE_READ_TIMEOUT, ret_count, reterr_text);
	return r == -EPIPE ? 0 : r;
}
