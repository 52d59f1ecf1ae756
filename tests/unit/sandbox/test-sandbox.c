/* SPDX-License-Identifier: MIT
 * Tests of sandbox.c and calls.c of launcher/sandbox/: the list of paths, and what a process inside
 * can still do. */
#include "launcher/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/sandbox/loader.h"
#include "launcher/vm/runtime-files.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

	assert_true(fd >= 0);
	close(fd);
}

static int set_up(void **state)
{
	static const char *const files[] = {"kernel", "disk.img", "fixed.img", "secret"};
	static const char *const logs[] = {
		"run/console.log", "run/console2.log", "run/console3.log"};

	if (scratch_set_up(state) < 0 || mkdir("share", 0700) < 0 || mkdir("fixed", 0700) < 0 ||
		mkdir("run", 0700) < 0)
		return -1;
	for (size_t i = 0; i < UNIT_COUNT(files); i++)
		touch(files[i]);
	for (size_t i = 0; i < UNIT_COUNT(logs); i++)
		touch(logs[i]);
	return setenv("XDG_CACHE_HOME", *state, 1);
}

static void make(bool ephemeral, struct sandbox *ret_sandbox)
{
	const struct plan_facts facts = {
		.qemu = "/proc/self/exe", .directory = "run", .accel = ACCEL_TCG};
	struct vm vm = {.name = "vm"};
	char *error = NULL;

	vm.kernel = text_format("kernel");
	vm.ephemeral = ephemeral;
	vm.serials[vm.n_serials++].kind = SERIAL_CONSOLE;
	vm.serials[vm.n_serials++].kind = SERIAL_NULL;
	vm.serials[vm.n_serials++].kind = SERIAL_CONSOLE;
	vm.disks[vm.n_disks++] = (struct vm_disk){.path = text_format("disk.img")};
	vm.disks[vm.n_disks++] =
		(struct vm_disk){.path = text_format("fixed.img"), .readonly = true};
	vm.shares[vm.n_shares++] = (struct share){.path = text_format("share")};
	vm.shares[vm.n_shares++] = (struct share){.path = text_format("fixed"), .readonly = true};
	assert_int_equal(sandbox_make(&vm, &facts, ret_sandbox, &error), 0);
	vm_free(&vm);
}

static uint64_t access_of(const struct sandbox *sandbox, const char *path)
{
	for (size_t i = 0; i < sandbox->n; i++)
		if (strcmp(sandbox->paths[i].path, path) == 0)
			return sandbox->paths[i].access;
	return 0;
}

#define WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		bool writes, refers;
	} rows[] = {{"kernel", false, false}, {"disk.img", true, false},
		{"fixed.img", false, false}, {"share", true, true}, {"fixed", false, false},
		{"run/console.log", true, false}, {"run/console3.log", true, false},
		{"/usr/lib", false, false}};
	struct sandbox sandbox = {0};

	(void)state;
	make(false, &sandbox);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		uint64_t access = access_of(&sandbox, rows[i].path);

		assert_true((access & LANDLOCK_ACCESS_FS_READ_FILE) != 0);
		assert_int_equal((access & WRITES) == WRITES, rows[i].writes);
		assert_int_equal((access & WRITES) != 0, rows[i].writes);
		assert_int_equal((access & LANDLOCK_ACCESS_FS_REFER) != 0, rows[i].refers);
	}
	assert_null(sandbox.temporary);
	assert_int_equal(access_of(&sandbox, "run"), 0);
	assert_int_equal(access_of(&sandbox, "run/pid"), 0);
	/* Of a port that is no console. */
	assert_int_equal(access_of(&sandbox, "run/console2.log"), 0);
	assert_int_equal(access_of(&sandbox, "/dev/kvm"), 0);
	sandbox_free(&sandbox);
}

static void test_ephemeral(void **state)
{
	struct sandbox sandbox = {0};

	(void)state;
	make(true, &sandbox);
	assert_int_equal(access_of(&sandbox, "disk.img") & WRITES, 0);
	assert_non_null(sandbox.temporary);
	assert_int_equal(access_of(&sandbox, sandbox.temporary) & WRITES, WRITES);
	sandbox_free(&sandbox);
}

/* Nothing but the program and its loader can be executed. */
static void test_programs(void **state)
{
	struct sandbox sandbox = {0};
	char *loader = loader_of("/proc/self/exe");
	size_t n = 0;

	(void)state;
	make(false, &sandbox);
	for (size_t i = 0; i < sandbox.n; i++)
		n += (sandbox.paths[i].access & LANDLOCK_ACCESS_FS_EXECUTE) != 0;
	assert_int_equal(n, 2);
	assert_true((access_of(&sandbox, loader) & LANDLOCK_ACCESS_FS_EXECUTE) != 0);
	free(loader);
	assert_null(loader_of("secret"));
	assert_null(loader_of("none"));
	assert_null(loader_of("/usr"));
	sandbox_free(&sandbox);
}

/* What a process tries. Each gives 0 or -errno. */
static int result(long r)
{
	return r < 0 ? -errno : 0;
}

static int try_socket(int family)
{
	return result(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_netlink(int protocol)
{
	return result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
}

static int try_pair(int type)
{
	int pair[2];

	return result(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair));
}

static int try_open(const char *path)
{
	return result(open(path, O_RDONLY | O_CLOEXEC));
}

static int try_signal(void)
{
	return result(kill(getppid(), 0));
}

static int try_shared_memory(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | S_IRUSR | S_IWUSR);

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return result(id);
}

static int try_io_uring(void)
{
	return result(syscall(SYS_io_uring_setup, 0, NULL));
}

static int try_key(void)
{
	/* KEYCTL_GET_KEYRING_ID of the user's keyring */
	return result(syscall(SYS_keyctl, 0, -4, 0));
}

static int try_ioctl(void)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	return result(ioctl(fd, TCGETS, NULL));
}

/* A child reports each result as a line of numbers. */
struct results {
	int secret, kernel, unix_socket, inet, pair, datagrams, signal, memory, uring, key, control,
		route, messages;
};

static struct results attempt(const struct sandbox *sandbox)
{
	struct results results = {0};
	int ends[2], status = 0;
	pid_t pid = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox != NULL && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
					       sandbox_enter(sandbox, -1) < 0))
			_exit(1);
		results = (struct results){try_open("secret"), try_open("kernel"),
			try_socket(AF_UNIX), try_socket(AF_INET), try_pair(SOCK_STREAM),
			try_pair(SOCK_DGRAM), try_signal(), try_shared_memory(), try_io_uring(),
			try_key(), try_ioctl(), try_netlink(NETLINK_ROUTE),
			try_netlink(NETLINK_USERSOCK)};
		_exit(write(ends[1], &results, sizeof(results)) != sizeof(results));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &results, sizeof(results)), sizeof(results));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return results;
}

static void test_inside(void **state)
{
	struct sandbox sandbox = {0};
	struct results free_of = attempt(NULL), inside = {0};

	(void)state;
	if (!sandbox_possible())
		skip();
	make(false, &sandbox);
	inside = attempt(&sandbox);
	sandbox_free(&sandbox);
	assert_int_equal(free_of.secret, 0);
	assert_int_equal(inside.secret, -EACCES);
	assert_int_equal(inside.kernel, 0);
	assert_int_equal(free_of.unix_socket, 0);
	assert_int_equal(inside.unix_socket, -EACCES);
	assert_int_equal(inside.inet, free_of.inet);
	assert_int_equal(free_of.pair | free_of.datagrams, 0);
	assert_int_equal(inside.pair, -EACCES);
	assert_int_equal(inside.datagrams, -EACCES);
	assert_int_equal(free_of.memory, 0);
	assert_int_equal(inside.memory, -EPERM);
	assert_int_equal(inside.uring, -ENOSYS);
	assert_int_equal(inside.key, -EPERM);
	assert_int_equal(free_of.signal, 0);
	assert_int_equal(free_of.route | inside.route, 0);
	assert_int_equal(free_of.messages, 0);
	assert_int_equal(inside.messages, -EACCES);
}

/* What only a newer Landlock refuses: ioctl on devices since version 5, signals since 6. */
static void test_inside_by_version(void **state)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct sandbox sandbox = {0};
	struct results inside = {0};

	(void)state;
	if (version < 1)
		skip();
	make(false, &sandbox);
	inside = attempt(&sandbox);
	sandbox_free(&sandbox);
	assert_int_equal(inside.control == -EACCES, version >= 5);
	assert_int_equal(attempt(NULL).control == -EACCES, 0);
	assert_int_equal(inside.signal == -EPERM, version >= 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_ephemeral, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_programs, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_inside, set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_inside_by_version, set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
