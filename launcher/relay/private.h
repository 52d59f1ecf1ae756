/* SPDX-License-Identifier: MIT
 * The relay's parts: its loop, connections, flows of UDP, requests. */
#ifndef OWVM_LAUNCHER_RELAY_PRIVATE_H
#define OWVM_LAUNCHER_RELAY_PRIVATE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "launcher/relay/relay.h"

#define RELAY_BATCH 64 /* of what is taken from one socket before others have their turn */
#define RELAY_CONNECT_LIMIT 10000 /* ms for the guest to answer */
#define RELAY_UDP_SILENCE 120000  /* ms after which a flow of UDP is over */
#define RELAY_DATAGRAM_MAX 65536
#define RELAY_TICK 1000 /* ms between two looks at what is too late */

/* A fd in the loop. */
struct relay_source {
	int fd;
	void (*ready)(struct relay *relay, void *owner, uint32_t events);
	void *owner;
};

/* A place in a list that goes in a circle through its head; the first member of what is listed. */
struct relay_link {
	struct relay_link *before, *after;
};

struct relay_listener {
	struct relay_source source;
	struct forward forward;
	struct sockaddr_in guest;
	uint32_t connections; /* and flows */
	bool there;
	bool paused; /* there is no room for another connection */
};

/* One direction of a connection: what was read and could not be written yet is in a pipe. */
struct relay_stream {
	int pipe[2]; /* -1: none is needed now */
	size_t held; /* bytes in it */
	bool ended;  /* the reading side has said all */
	bool told;   /* the writing side knows that */
};

struct relay_pipes;

struct relay {
	int epoll;
	struct in_addr guest;
	bool ended;
	int64_t tick; /* when to look again at what is too late */
	struct relay_source end;
	struct relay_source control;
	struct relay_listener listeners[FORWARDS_MAX];
	size_t n_paused;	       /* listeners */
	struct relay_link dialling;    /* connections of TCP that the guest has not taken yet */
	struct relay_link connections; /* those that it has */
	struct relay_link busy;	       /* those that have more to do than their turn allowed */
	size_t n_connections, most;
	struct relay_link flows; /* of UDP, the one that was silent for longest first */
	size_t n_flows;
	struct relay_link requests;
	size_t n_requests;
	struct relay_link dead; /* freed when no event of theirs can be left */
	struct relay_pipes *pipes;
	unsigned char datagram[RELAY_DATAGRAM_MAX];
};

void relay_link_init(struct relay_link *head);
void relay_link_add(struct relay_link *head, struct relay_link *link);
void relay_link_move(struct relay_link *head, struct relay_link *link);
bool relay_link_empty(const struct relay_link *head);

/* Take it from its list; it is freed after this turn. Its sources have no fds any more. */
void relay_bury(struct relay *relay, struct relay_link *link);

/* Have the loop call source->ready for those events. Returns 0 or -errno. */
int relay_watch(struct relay *relay, struct relay_source *source, uint32_t events);

/* Close the fd of a source. Another process may hold it as well, and the loop would hear of it. */
void relay_unwatch(struct relay *relay, struct relay_source *source);

/* A socket that connects to the guest, and does not block. Returns the fd, or -errno. */
int relay_dial(const struct sockaddr_in *guest, int type);

/* How a connection that was begun ended: 0 or -errno. */
int relay_dialled(int fd);

/* The guest's side of a forward. Returns 0 or -EINVAL. */
int relay_guest(
	const struct relay *relay, const struct forward *forward, struct sockaddr_in *ret_guest);

/* Let a listener wait until there is room again, and let all that wait go on. */
void relay_pause(struct relay *relay, struct relay_listener *listener);
void relay_resume(struct relay *relay);

/* Clients of a listener, requests: `owner` is a struct relay_listener, or NULL. */
void relay_tcp_accept(struct relay *relay, void *owner, uint32_t events);
void relay_udp_receive(struct relay *relay, void *owner, uint32_t events);
void relay_control_accept(struct relay *relay, void *owner, uint32_t events);

/* Let the busy connections go on. */
void relay_tcp_continue(struct relay *relay);

/* End what is too late at `now`; INT64_MAX: all. */
void relay_tcp_sweep(struct relay *relay, int64_t now);
void relay_udp_sweep(struct relay *relay, int64_t now);
void relay_control_sweep(struct relay *relay, int64_t now);

/* The listener goes: connections go on without it, flows end. */
void relay_tcp_forget(struct relay *relay, const struct relay_listener *listener);
void relay_udp_forget(struct relay *relay, const struct relay_listener *listener);

/* Pipes for streams, used again and again. */
struct relay_pipes *relay_pipes_new(void);
void relay_pipes_free(struct relay_pipes *pipes);

/* Move what can be moved from one socket to the other. Returns 1 where something was, 0, or -errno
 * when the connection is broken. */
int relay_stream_move(struct relay_pipes *pipes, struct relay_stream *stream, int from, int to);
void relay_stream_close(struct relay_pipes *pipes, struct relay_stream *stream);

#endif
