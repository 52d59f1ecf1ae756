/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: taps, ioctls, and what is written to the log. The
 * linker puts __wrap_NAME in the place of NAME. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netd/kernel/tun.h"
#include "netd/message/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

int __wrap_tun_make(struct netlink *netlink, uint32_t uid, unsigned int taps, unsigned int queues,
	struct tap *ret_tap);
int __wrap_tun_add_vhosts(struct tap *tap);
void __wrap_tun_remove_unheld(const char *name, bool multi_queue);
int __wrap_ioctl(int fd, unsigned long request, ...);
__attribute__((format(printf, 2, 3))) void __wrap_log_line(
	enum log_priority priority, const char *format, ...);

/* A tap is a pipe: the holders have one end, which the queues share, and the kernel the other. */
static void fill(struct kernel_link *link, unsigned int queues, struct tap *tap)
{
	int ends[2] = {-1, -1};

	EXPECT(pipe2(ends, O_CLOEXEC) == 0);
	link->end = ends[1];
	tap->fds[tap->n++] = ends[0];
	while (tap->n < queues)
		tap->fds[tap->n++] = fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
	link->link.tun.multi_queue = queues > 1;
	link->link.tun.queues = queues;
	link->link.tun.owner = getuid();
	memcpy(tap->interface, link->link.name, IFNAME_SIZE);
	tap->ifindex = link->link.ifindex;
	tap->ipv6 = link->link.ipv6;
}

int __wrap_tun_make(struct netlink *netlink, uint32_t uid, unsigned int taps, unsigned int queues,
	struct tap *ret_tap)
{
	struct kernel *kernel = kernel_now();
	unsigned int mood = 0;
	int error = kernel_decide(kernel, &mood);
	char name[IFNAME_SIZE] = "";

	EXPECT(!netlink->nft && taps > 0 && taps <= IFNAME_SLOT_MAX);
	*ret_tap = (struct tap){.n = 0};
	for (unsigned int slot = taps; slot > 0; slot--) {
		struct kernel_link *link = NULL;

		ifname_slot_format(uid, slot - 1, name);
		if (kernel_find_name(kernel, name) != NULL)
			continue;
		link = kernel_add(kernel, name, "tun");
		if (link == NULL)
			return -ENFILE;
		/* After an error, too, there may be a tap. */
		fill(link, queues, ret_tap);
		return error;
	}
	return -EBUSY;
}

int __wrap_tun_add_vhosts(struct tap *tap)
{
	size_t queues = tap->n;
	unsigned int mood = 0;
	int error = kernel_decide(kernel_now(), &mood);

	while (error == 0 && tap->n < 2 * queues)
		tap->fds[tap->n++] = open("/dev/null", O_RDWR | O_CLOEXEC);
	return error;
}

/* Here no tap is persistent. */
void __wrap_tun_remove_unheld(const char *name, bool multi_queue)
{
	(void)name;
	(void)multi_queue;
	kernel_reap(kernel_now());
}

static int remove_bridge(struct kernel_link *link)
{
	/* netd removes no bridge that it did not make. */
	EXPECT(link == NULL || link->link.group == LINK_GROUP_BRIDGE || kernel_now()->lied);
	if (link == NULL)
		return -ENXIO;
	if (link->link.up)
		return -EBUSY;
	kernel_remove(kernel_now(), link);
	return 0;
}

static int set_checksums(const struct ifreq *request)
{
	struct kernel_link *link = kernel_find_name(kernel_now(), request->ifr_name);
	struct ethtool_value value = {.cmd = 0};

	memcpy(&value, request->ifr_data, sizeof(value));
	EXPECT((value.cmd == ETHTOOL_STXCSUM || value.cmd == ETHTOOL_SSG) && value.data == 0);
	if (link == NULL)
		return -ENODEV;
	link->no_checksums = true;
	return 0;
}

/* Files stand for namespaces. A socket that is connected is the client's. */
static int ask_namespace(int fd, unsigned long request, uint32_t *owner)
{
	struct sockaddr_storage peer = {0};
	socklen_t size = sizeof(peer);
	bool theirs = getpeername(fd, (struct sockaddr *)&peer, &size) == 0;

	if (request == NS_GET_OWNER_UID) {
		*owner = kernel_now()->owner;
		return 0;
	}
	return open(request == SIOCGSKNS && theirs && !kernel_now()->host_is_it ? "/dev/zero"
										: "/dev/null",
		O_RDONLY | O_CLOEXEC);
}

/* What is asked of ioctl() where tun.c is not there. */
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	bool space =
		request == SIOCGSKNS || request == NS_GET_USERNS || request == NS_GET_OWNER_UID;
	void *argument = NULL;
	unsigned int mood = 0;
	int error = kernel_decide(kernel_now(), &mood);
	va_list arguments;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	/* The front asks whether the name of a slot is taken. */
	if (request == SIOCGIFINDEX) {
		errno = ENODEV;
		return kernel_find_name(kernel_now(), argument) == NULL ? -1 : 0;
	}
	EXPECT(fd >= 0 && (space || request == SIOCBRDELBR || request == SIOCETHTOOL));
	if (error == 0 && space)
		return ask_namespace(fd, request, argument);
	if (error == 0)
		error = request == SIOCETHTOOL
				? set_checksums(argument)
				: remove_bridge(kernel_find_name(kernel_now(), argument));
	if (error < 0) {
		errno = -error;
		return -1;
	}
	return 0;
}

void __wrap_log_line(enum log_priority priority, const char *format, ...)
{
	char line[1024] = "";
	va_list arguments;
	int length = 0;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	EXPECT(length > 0 && (size_t)length < sizeof(line));
	EXPECT(priority == LOG_ERROR || priority == LOG_WARNING || priority == LOG_INFO ||
		priority == LOG_NEVER);
	/* What a kernel that lies calls its links is shown as it is. */
	for (const char *c = line; *c != '\0' && !kernel_now()->lied; c++)
		EXPECT(*c >= ' ' && *c < 0x7f);
}
