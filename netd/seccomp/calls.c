/* SPDX-License-Identifier: MIT
 * The system calls that the processes of netd make once they are confined.
 *
 * Found by reading the code; strace shows the same, and the end-to-end suite runs behind the
 * filter. A name that a machine does not have (poll on aarch64) is left out there, and its
 * successor stands beside it. What is not here ends the process. Missed on purpose: read() where
 * there are taps, so that no process of netd ever sees a frame; write() to anything but the log, so
 * that none sends one; kill(); every way to duplicate an fd or to map a file; what abort() needs:
 * the process dies of SIGSYS instead. */
#include "netd/seccomp/calls.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOTH (BACK | FRONT)
#define IS(argument, value) argument, UINT32_MAX, (uint32_t)(value)
#define LACKS(argument, bits) argument, bits, 0
#define FD_NEGATIVE (UINT32_C(1) << 31) /* such as AT_FDCWD */

/* As fork() of glibc has it. */
#define FORK_FLAGS (CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD)

const struct call calls[] = {
	/* Memory: never a file, never code, never shared. malloc asks for MAP_PRIVATE, getrandom()
	 * of glibc 2.41 and later for MAP_DROPPABLE. */
	{"brk", BOTH, {{0}}},
	{"mmap", BOTH, {{LACKS(2, PROT_EXEC)}, {3, MAP_SHARED | MAP_ANONYMOUS, MAP_ANONYMOUS}}},
	{"mremap", BOTH, {{0}}},
	{"munmap", BOTH, {{0}}},
	{"mprotect", BOTH, {{LACKS(2, PROT_EXEC)}}},
	{"madvise", BOTH, {{0}}},
	/* The same getrandom(), while it makes its state; fork(). */
	{"rt_sigprocmask", BOTH, {{0}}},

	/* Messages, waiting, the log, the end. restart_syscall: poll, after SIGCONT. writev: last
	 * words of glibc. getrandom: names and addresses, and malloc's at its first call. */
	{"recvmsg", BOTH, {{0}}},
	{"sendmsg", BOTH, {{0}}},
	{"recvfrom", BOTH, {{0}}},
	{"close", BOTH, {{0}}},
	{"poll", BOTH, {{0}}},
	{"ppoll", BOTH, {{0}}},
	{"restart_syscall", BOTH, {{0}}},
	{"clock_gettime", BOTH, {{0}}},
	{"getrandom", BOTH, {{0}}},
	{"write", BOTH, {{IS(0, STDERR_FILENO)}}},
	{"writev", BOTH, {{IS(0, STDERR_FILENO)}}},
	{"exit_group", BOTH, {{0}}},

	/* Taps and bridges; Landlock says which two devices can be opened. */
	{"openat", BACK, {{IS(0, AT_FDCWD)}, {IS(2, O_RDWR | O_CLOEXEC)}}},
	{"ioctl", BACK, {{IS(1, TUNSETIFF)}}},
	{"ioctl", BACK, {{IS(1, TUNSETOWNER)}}},
	{"ioctl", BACK, {{IS(1, TUNSETPERSIST)}, {IS(2, 0)}}},
	{"ioctl", BACK, {{IS(1, SIOCBRDELBR)}}},
	{"ioctl", BACK, {{IS(1, SIOCETHTOOL)}}},
	/* Whose a client's network namespace is. */
	{"ioctl", BACK, {{IS(1, SIOCGSKNS)}}},
	{"ioctl", BACK, {{IS(1, NS_GET_USERNS)}}},
	{"ioctl", BACK, {{IS(1, NS_GET_OWNER_UID)}}},
	{"socket", BACK, {{IS(0, AF_UNIX)}, {IS(1, SOCK_DGRAM | SOCK_CLOEXEC)}, {IS(2, 0)}}},
	{"getuid", BACK, {{0}}},
	{"signalfd4", BACK, {{IS(0, -1)}}},
	/* The end of the front, which is the one process that the back holds a pidfd of. */
	{"pidfd_send_signal", BACK, {{IS(1, SIGKILL)}}},
	{"waitid", BACK, {{IS(0, P_PIDFD)}}},

	/* Clients. */
	{"epoll_create1", FRONT, {{IS(0, EPOLL_CLOEXEC)}}},
	{"epoll_ctl", FRONT, {{0}}},
	{"epoll_wait", FRONT, {{0}}},
	{"epoll_pwait", FRONT, {{0}}},
	{"accept4", FRONT, {{0}}},
	{"getsockopt", FRONT, {{IS(1, SOL_SOCKET)}}},
	{"getuid", FRONT, {{0}}},
	{"geteuid", FRONT, {{0}}},
	{"getgid", FRONT, {{0}}},
	{"getgroups", FRONT, {{0}}},
	/* Its own socket, at the end; Landlock says where. */
	{"unlink", FRONT, {{0}}},
	{"unlinkat", FRONT, {{IS(0, AT_FDCWD)}, {IS(2, 0)}}},
	/* A child that closes what may sleep: fork() as glibc does it, no namespace, no thread. */
	{"clone", FRONT, {{IS(0, FORK_FLAGS)}}},
	{"set_robust_list", FRONT, {{0}}},
	{"wait4", FRONT, {{0}}},
	{"pipe2", FRONT, {{IS(1, O_CLOEXEC)}}},
	{"close_range", FRONT, {{IS(2, 0)}}},
	/* What it closes is told from messages that may bring no fds. */
	{"shutdown", FRONT, {{IS(1, SHUT_RD)}}},
	{"setsockopt", FRONT, {{IS(1, SOL_SOCKET)}, {IS(2, SO_PASSCRED)}}},
	/* /etc/subuid, below an fd of its directory, when it has changed: Landlock says that
	 * nothing outside of that can be opened. For fstat() glibc has either of the last two. */
	{"openat", FRONT,
		{{LACKS(0, FD_NEGATIVE)},
			{IS(2, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)}}},
	{"read", FRONT, {{0}}},
	{"newfstatat", FRONT, {{LACKS(0, FD_NEGATIVE)}, {IS(3, AT_SYMLINK_NOFOLLOW)}}},
	{"newfstatat", BOTH, {{LACKS(0, FD_NEGATIVE)}, {IS(3, AT_EMPTY_PATH)}}},
	{"fstat", BOTH, {{0}}},
	/* Whether a name of a port is taken. */
	{"ioctl", FRONT, {{IS(1, SIOCGIFINDEX)}}},

	/* At a finding: stacks, symbols of files, and a report in a file or on a terminal. */
	{"mmap", SANITIZER, {{LACKS(2, PROT_EXEC)}}},
	{"openat", SANITIZER, {{0}}},
	{"open", SANITIZER, {{0}}},
	{"read", SANITIZER, {{0}}},
	{"write", SANITIZER, {{0}}},
	{"readlink", SANITIZER, {{0}}},
	{"readlinkat", SANITIZER, {{0}}},
	{"newfstatat", SANITIZER, {{0}}},
	{"fstat", SANITIZER, {{0}}},
	{"lseek", SANITIZER, {{0}}},
	{"pread64", SANITIZER, {{0}}},
	{"ioctl", SANITIZER, {{0}}},
	{"fcntl", SANITIZER, {{0}}},
	{"pipe2", SANITIZER, {{0}}},
	{"futex", SANITIZER, {{0}}},
	{"sigaltstack", SANITIZER, {{0}}},
	{"rt_sigaction", SANITIZER, {{0}}},
	{"rt_sigprocmask", SANITIZER, {{0}}},
	{"getpid", SANITIZER, {{0}}},
	{"gettid", SANITIZER, {{0}}},
	{"tgkill", SANITIZER, {{0}}},
};

const size_t calls_n = sizeof(calls) / sizeof(*calls);
