/* SPDX-License-Identifier: MIT
 * System calls that a process of netd may want to make, once somebody has taken it over.
 *
 * Each works where nothing is confined, for root: only then does its end prove anything. */
#include "tests/probe/trials.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/* An address as an argument. */
#define AT(object) ((long)(object))
#define AT_RW (O_RDWR | O_CLOEXEC)
/* As the policy reads its files. */
#define AT_READ (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define FORK (CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD)
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define PAGE 4096

static _Alignas(PAGE) char page[PAGE];
static char bytes[256];
static const int one = 1;
static socklen_t size = sizeof(bytes);
static const struct iovec here = {bytes, sizeof(bytes)}, there = {page, sizeof(bytes)};
static const struct sockaddr_in address = {.sin_family = AF_INET};
static struct ifreq asked = {.ifr_name = "lo"};
static const struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
static struct ifreq new_tap = {.ifr_name = "probe1", .ifr_flags = IFF_TAP | IFF_NO_PI};
static const struct ifreq other_mac = {
	.ifr_name = "probe0", .ifr_hwaddr = {.sa_family = 1, .sa_data = {2, 0, 0, 0, 0, 1}}};
static const struct clone_args fork3 = {.exit_signal = SIGCHLD};
static const union bpf_attr map = {
	.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
static struct io_uring_params ring;
static const uint32_t action = SECCOMP_RET_ALLOW;
static const struct __user_cap_header_struct caps = {.version = _LINUX_CAPABILITY_VERSION_3};
static struct rlimit limit;
static struct epoll_event event;

const struct trial trials[] = {
	/* Other programs, processes, threads. */
	{"execve", SYS_execve, {AT("/bin/true"), 0, 0}},
	{"execveat", SYS_execveat, {AT_FDCWD, AT("/bin/true"), 0, 0, 0}},
	{"fork", SYS_clone, {FORK}},
	{"clone without ids", SYS_clone, {SIGCHLD}},
	{"clone into a user namespace", SYS_clone, {CLONE_NEWUSER | FORK}},
	{"clone into a network namespace", SYS_clone, {CLONE_NEWNET | FORK}},
	{"clone as vfork", SYS_clone, {CLONE_VFORK | SIGCHLD}},
	{"clone3", SYS_clone3, {AT(&fork3), sizeof(fork3)}},
	{"ptrace of oneself", SYS_ptrace, {PTRACE_TRACEME}},
	{"ptrace of another", SYS_ptrace, {PTRACE_SEIZE, VICTIM, 0, 0}},
	{"process_vm_readv", SYS_process_vm_readv, {VICTIM, AT(&here), 1, AT(&there), 1}},
	{"process_vm_writev", SYS_process_vm_writev, {VICTIM, AT(&here), 1, AT(&there), 1}},
	{"kill", SYS_kill, {VICTIM, SIGCONT}},
	{"kill everybody of the group", SYS_kill, {0, 0}},
	{"tgkill", SYS_tgkill, {VICTIM, VICTIM, SIGCONT}},
	{"pidfd_open", SYS_pidfd_open, {VICTIM}},
	{"pidfd_getfd", SYS_pidfd_getfd, {FD_VICTIM, 0, 0}},
	{"pidfd_send_signal of SIGCONT", SYS_pidfd_send_signal, {FD_VICTIM, SIGCONT, 0, 0}},
	{"pidfd_send_signal of SIGKILL", SYS_pidfd_send_signal, {FD_VICTIM, SIGKILL, 0, 0}},
	{"prlimit64", SYS_prlimit64, {VICTIM, RLIMIT_CORE, 0, AT(&limit)}},
	/* Namespaces, mounts, the kernel. */
	{"unshare of the network", SYS_unshare, {CLONE_NEWNET}},
	{"unshare of users", SYS_unshare, {CLONE_NEWUSER}},
	{"setns", SYS_setns, {FD_NETNS, CLONE_NEWNET}},
	{"mount", SYS_mount, {0, AT("/tmp"), 0, MS_PRIVATE, 0}},
	{"chroot", SYS_chroot, {AT("/")}},
	{"bpf", SYS_bpf, {BPF_MAP_CREATE, AT(&map), sizeof(map)}},
	{"keyctl", SYS_keyctl, {KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1}},
	{"io_uring_setup", SYS_io_uring_setup, {1, AT(&ring)}},
	{"personality", SYS_personality, {0xffffffff}},
	/* Who one is. */
	{"setresuid", SYS_setresuid, {0, 0, 0}},
	{"setgroups", SYS_setgroups, {0, 0}},
	{"capset", SYS_capset, {AT(&caps), AT(bytes)}},
	{"prctl of dumpable", SYS_prctl, {PR_SET_DUMPABLE, 1, 0, 0, 0}},
	{"prctl of a name", SYS_prctl, {PR_SET_NAME, AT("probe"), 0, 0, 0}},
	{"seccomp", SYS_seccomp, {SECCOMP_GET_ACTION_AVAIL, 0, AT(&action)}},
	{"umask", SYS_umask, {0}},
	/* Files. */
	{"openat to read", SYS_openat, {AT_FDCWD, AT("/etc/passwd"), O_RDONLY | O_CLOEXEC}},
	{"openat to create", SYS_openat, {AT_FDCWD, AT(PROBE_FILE), AT_RW | O_CREAT, 0600}},
	{"openat below an fd", SYS_openat, {FD_DEV, AT("net/tun"), AT_RW}},
	{"openat of a file of /etc", SYS_openat, {FD_ETC, AT("passwd"), AT_READ}},
	{"openat of another file below an fd", SYS_openat, {FD_DEV, AT("null"), AT_READ}},
	{"openat of another file by its path", SYS_openat, {FD_ETC, AT("/proc/version"), AT_READ}},
	{"openat of a file of /etc to write", SYS_openat, {FD_ETC, AT("passwd"), AT_RW}},
	{"openat of a directory", SYS_openat, {FD_ETC, AT("."), AT_READ | O_DIRECTORY}},
	{"openat of /etc as a file", SYS_openat, {FD_ETC, AT("."), AT_READ}},
	{"openat of a file", SYS_openat, {AT_FDCWD, AT(PROBE_FILE), AT_RW}},
	{"openat of a device", SYS_openat, {AT_FDCWD, AT("/dev/null"), AT_RW}},
	{"openat of the tap device", SYS_openat, {AT_FDCWD, AT("/dev/net/tun"), AT_RW}},
	{"unlinkat", SYS_unlinkat, {AT_FDCWD, AT(PROBE_FILE), 0}},
	{"unlinkat elsewhere", SYS_unlinkat, {AT_FDCWD, AT(PROBE_ELSEWHERE), 0}},
	{"unlinkat of a directory", SYS_unlinkat,
		{AT_FDCWD, AT(PROBE_DIRECTORY "/d"), AT_REMOVEDIR}},
	{"renameat2", SYS_renameat2, {AT_FDCWD, AT(PROBE_FILE), AT_FDCWD, AT(PROBE_FILE "2"), 0}},
	{"linkat", SYS_linkat, {AT_FDCWD, AT(PROBE_FILE), AT_FDCWD, AT(PROBE_FILE "2"), 0}},
	{"symlinkat", SYS_symlinkat, {AT("x"), AT_FDCWD, AT(PROBE_FILE "2")}},
	{"mkdirat", SYS_mkdirat, {AT_FDCWD, AT(PROBE_DIRECTORY "/e"), 0700}},
	{"fchmodat", SYS_fchmodat, {AT_FDCWD, AT(PROBE_FILE), 0600}},
	{"fchmod", SYS_fchmod, {FD_FILE, 0600}},
	{"ftruncate", SYS_ftruncate, {FD_FILE, 0}},
	{"faccessat", SYS_faccessat, {AT_FDCWD, AT("/etc/passwd"), R_OK}},
	{"newfstatat", SYS_newfstatat, {AT_FDCWD, AT("/etc/passwd"), AT(page), 0}},
	{"newfstatat below an fd", SYS_newfstatat,
		{FD_ETC, AT("passwd"), AT(page), AT_SYMLINK_NOFOLLOW}},
	{"newfstatat of an fd", SYS_newfstatat, {FD_FILE, AT(""), AT(page), AT_EMPTY_PATH}},
	{"chdir", SYS_chdir, {AT("/")}},
	/* What is open. */
	{"read", SYS_read, {FD_FILE, AT(bytes), 1}},
	{"write to a file", SYS_write, {FD_FILE, AT("x"), 1}},
	{"write to a pipe", SYS_write, {FD_PIPE, AT("x"), 1}},
	{"write to the log", SYS_write, {STDERR_FILENO, AT("a line\n"), 7}},
	{"sendfile", SYS_sendfile, {FD_PIPE, FD_FILE, 0, 1}},
	{"dup", SYS_dup, {FD_FILE}},
	{"dup3", SYS_dup3, {FD_FILE, STDERR_FILENO, 0}},
	{"fcntl", SYS_fcntl, {FD_FILE, F_DUPFD, 0}},
	{"mmap of a file", SYS_mmap, {0, PAGE, PROT_READ, MAP_PRIVATE, FD_FILE, 0}},
	{"mmap of code", SYS_mmap, {0, PAGE, PROT_READ | PROT_EXEC, ANONYMOUS, -1, 0}},
	{"mmap of shared memory", SYS_mmap,
		{0, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0}},
	{"mmap of memory", SYS_mmap, {0, PAGE, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0}},
	{"mprotect of code", SYS_mprotect, {AT(page), PAGE, PROT_READ | PROT_EXEC}},
	{"pipe2", SYS_pipe2, {AT(bytes), O_CLOEXEC}},
	{"pipe2 across exec", SYS_pipe2, {AT(bytes), 0}},
	{"close_range", SYS_close_range, {1000, 2000, 0}},
	{"close_range at exec", SYS_close_range, {1000, 2000, CLOSE_RANGE_CLOEXEC}},
	{"memfd_create", SYS_memfd_create, {AT("x"), 0}},
	/* Sockets. */
	{"socket of IPv4", SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
	{"socket of IPv6", SYS_socket, {AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0}},
	{"socket of packets", SYS_socket, {AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
	{"socket of netlink", SYS_socket, {AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0}},
	{"socket of a local stream", SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}},
	{"socket of local datagrams", SYS_socket, {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
	{"socketpair", SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0, AT(bytes)}},
	{"connect", SYS_connect, {FD_INET, AT(&address), sizeof(address)}},
	{"bind", SYS_bind, {FD_INET, AT(&address), sizeof(address)}},
	{"setsockopt", SYS_setsockopt, {FD_INET, SOL_SOCKET, SO_REUSEADDR, AT(&one), sizeof(one)}},
	{"getsockopt", SYS_getsockopt, {FD_INET, SOL_SOCKET, SO_TYPE, AT(bytes), AT(&size)}},
	{"getsockopt of IP", SYS_getsockopt, {FD_INET, IPPROTO_IP, IP_TTL, AT(bytes), AT(&size)}},
	/* ioctl. */
	{"TUNSETIFF", SYS_ioctl, {FD_TUN, TUNSETIFF, AT(&new_tap)}},
	{"TUNSETOWNER", SYS_ioctl, {FD_TAP, TUNSETOWNER, 0}},
	{"TUNSETGROUP", SYS_ioctl, {FD_TAP, TUNSETGROUP, 0}},
	{"TUNSETPERSIST of 0", SYS_ioctl, {FD_TAP, TUNSETPERSIST, 0}},
	{"TUNSETPERSIST of 1", SYS_ioctl, {FD_TAP, TUNSETPERSIST, 1}},
	{"TUNSETPERSIST with high bits", SYS_ioctl, {FD_TAP, TUNSETPERSIST | 1L << 32, 1}},
	{"TUNGETIFF", SYS_ioctl, {FD_TAP, TUNGETIFF, AT(bytes)}},
	{"SIOCSIFHWADDR of the tap", SYS_ioctl, {FD_TAP, SIOCSIFHWADDR, AT(&other_mac)}},
	{"SIOCGIFINDEX", SYS_ioctl, {FD_INET, SIOCGIFINDEX, AT(&asked)}},
	{"SIOCGSKNS", SYS_ioctl, {FD_INET, SIOCGSKNS, 0}},
	{"NS_GET_USERNS", SYS_ioctl, {FD_NETNS, NS_GET_USERNS, 0}},
	{"NS_GET_NSTYPE", SYS_ioctl, {FD_NETNS, NS_GET_NSTYPE, 0}},
	{"SIOCSIFFLAGS", SYS_ioctl, {FD_INET, SIOCSIFFLAGS, AT(&loopback)}},
	{"SIOCBRADDBR", SYS_ioctl, {FD_INET, SIOCBRADDBR, AT("probe-br")}},
	{"TIOCSTI", SYS_ioctl, {FD_TTY, TIOCSTI, AT("x")}},
	/* Waiting and time. */
	{"epoll_create1", SYS_epoll_create1, {EPOLL_CLOEXEC}},
	{"epoll_pwait", SYS_epoll_pwait, {FD_EPOLL, AT(&event), 1, 0, 0}},
	{"inotify_init1", SYS_inotify_init1, {0}},
	{"setitimer", SYS_setitimer, {ITIMER_REAL, AT(bytes), 0}},
	{"sched_yield", SYS_sched_yield, {0}},
	{"getrandom", SYS_getrandom, {AT(bytes), 1, 0}},
#ifdef __x86_64__
	/* getpid by the two other ways into the kernel, where it has them. */
	{"a call of x32", 0x40000000 | SYS_getpid, {0}},
	{"a call of i386", CALL_I386, {20}},
#endif
	{NULL, 0, {0}},
};
