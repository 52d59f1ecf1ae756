/* SPDX-License-Identifier: MIT
 * What QEMU can reach beside the file system: system calls that lead around Landlock are refused.
 *
 * Every one returns an error, so that a QEMU that tries one for a good reason goes on without it. The
 * filter of QEMU's own -sandbox comes on top, and ends it for what it must never do. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "launcher/cage-private.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#define X32_BIT 0x40000000u /* of the numbers of x86-64's second set of calls */

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* Skip that many steps unless the loaded word is the value. */
#define UNLESS(value, steps) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (steps))
#define REFUSE_CALL(call, error) UNLESS(SYS_##call, 1), REFUSE(error)
#define ALLOW_FAMILY(family) UNLESS(family, 1), ALLOW

int cage_refuse_calls(void)
{
#ifdef ARCHITECTURE
	struct sock_filter filter[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		REFUSE(ENOSYS),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		REFUSE(ENOSYS),
		/* Opens and connects sockets by other ways than calls. */
		REFUSE_CALL(io_uring_setup, ENOSYS),
		/* One of datagrams can be connected to any path. */
		REFUSE_CALL(socketpair, EACCES),
		/* Other processes of the user; Landlock refuses some of these too. */
		REFUSE_CALL(ptrace, EPERM),
		REFUSE_CALL(process_vm_readv, EPERM),
		REFUSE_CALL(process_vm_writev, EPERM),
		REFUSE_CALL(pidfd_getfd, EPERM),
		/* What belongs to a user and is no file. */
		REFUSE_CALL(keyctl, EPERM),
		REFUSE_CALL(add_key, EPERM),
		REFUSE_CALL(request_key, EPERM),
		REFUSE_CALL(shmget, EPERM),
		REFUSE_CALL(shmat, EPERM),
		REFUSE_CALL(msgget, EPERM),
		REFUSE_CALL(semget, EPERM),
		REFUSE_CALL(mq_open, EPERM),
		/* Of sockets those that the user network is made of, and no others. */
		UNLESS(SYS_socket, 8),
		LOAD(args[0]),
		ALLOW_FAMILY(AF_INET),
		ALLOW_FAMILY(AF_INET6),
		ALLOW_FAMILY(AF_NETLINK),
		REFUSE(EACCES),
		ALLOW,
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
#else
	return -EOPNOTSUPP;
#endif
}
