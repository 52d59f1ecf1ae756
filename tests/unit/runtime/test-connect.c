/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/connect.c: which process is the VM's, and who is believed at its
 * sockets. */
#include "launcher/runtime/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define SHELL "/bin/sh"

/* How a process is made that is to be found, or not. */
struct child {
	bool lock; /* it has the lock open where QEMU has it */
	bool vow;  /* no new privileges */
};

static struct runtime here(void)
{
	struct runtime runtime = RUNTIME_NONE;

	runtime.directory = getcwd(NULL, 0);
	runtime.directory_fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scratch_write(RUNTIME_LOCK, "");
	assert_true(runtime.directory_fd >= 0 && chmod(RUNTIME_LOCK, 0600) == 0);
	return runtime;
}

/* A shell that waits. */
static pid_t start(const struct child *child)
{
	int ready[2] = {-1, -1};
	char byte = 0;
	pid_t pid = -1;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int lock = open(child->lock ? RUNTIME_LOCK : "/dev/null", O_RDONLY | O_CLOEXEC);
		int kept[] = {lock, ready[1]};

		if (lock < 0 || inherited_fds_keep(kept, 2) < 0 ||
			(child->vow && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
			_exit(1);
		execl(SHELL, "sh", "-c", "echo >&4; exec 4>&-; kill -STOP $$", NULL);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_proof(void **state)
{
	static const struct {
		struct child child;
		const char *program, *start; /* that are noted; NULL: the right one */
		int expected;		     /* 0: it is opened */
	} cases[] = {
		{{true, false}, "", NULL, 0},
		{{true, false}, "1:1", NULL, 0},
		{{false, true}, NULL, NULL, 0},
		{{true, true}, NULL, "1", -ESRCH},
		{{true, true}, NULL, "", -ESRCH},
		/* It made no vow, is another program, or one that nobody noted. */
		{{false, false}, NULL, NULL, -ESRCH},
		{{false, true}, "1:1", NULL, -ESRCH},
		{{false, true}, "", NULL, -EAGAIN},
		{{false, true}, "", "1", -ESRCH},
	};
	struct runtime runtime = here();

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct runtime_holder *holder = &runtime.holder;
		pid_t pid = start(&cases[i].child);
		int pidfd = -1;

		runtime_holder_of(pid, SHELL, holder);
		if (cases[i].program != NULL)
			memcpy(holder->program, cases[i].program, strlen(cases[i].program) + 1);
		if (cases[i].start != NULL)
			memcpy(holder->start, cases[i].start, strlen(cases[i].start) + 1);
		pidfd = runtime_process_open(&runtime);
		if (cases[i].expected == 0 ? pidfd < 0 : pidfd != cases[i].expected)
			fail_msg("case %zu: %d", i, pidfd);
		if (pidfd >= 0)
			close(pidfd);
		end(pid);
		assert_int_equal(runtime_process_open(&runtime), -ESRCH);
	}
	runtime_close(&runtime);
}

/* A lock that was replaced is not the one that the process has. */
static void test_another_lock(void **state)
{
	struct runtime runtime = here();
	pid_t pid = start(&(struct child){.lock = true});

	(void)state;
	runtime_holder_of(pid, "/dev/null", &runtime.holder);
	assert_int_equal(rename(RUNTIME_LOCK, "old"), 0);
	scratch_write(RUNTIME_LOCK, "");
	assert_int_equal(runtime_process_open(&runtime), -ESRCH);
	assert_int_equal(rename("old", RUNTIME_LOCK), 0);
	cleanup_close(&(int){runtime_process_open(&runtime)});
	end(pid);
	runtime_close(&runtime);
}

static int try(const struct runtime *runtime)
{
	int fd = runtime_connect(runtime, RUNTIME_QMP, SOCK_STREAM | SOCK_NONBLOCK);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* This process listens; the VM's is another, and then this one. */
static void test_peer(void **state)
{
	struct runtime runtime = here();
	int listener = runtime_bind(&runtime, RUNTIME_QMP);
	pid_t pid = start(&(struct child){.lock = true});

	(void)state;
	assert_true(listener >= 0);
	runtime_holder_of(pid, SHELL, &runtime.holder);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	assert_int_equal(socket_listen(listener), 0);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	/* An owrun that noted no program listened itself. */
	runtime.holder.program[0] = '\0';
	assert_int_equal(try(&runtime), 0);
	end(pid);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	runtime_holder_of(getpid(), "/proc/self/exe", &runtime.holder);
	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(try(&runtime), 0);
	close(listener);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	runtime_close(&runtime);
}

/* The path leads elsewhere than the fd. */
static void test_elsewhere(void **state)
{
	struct runtime runtime = here();

	assert_int_equal(mkdir("other", 0700), 0);
	free(runtime.directory);
	runtime.directory = text_format("%s/other", (char *)*state);
	assert_int_equal(runtime_bind(&runtime, RUNTIME_QMP), -ENOENT);
	runtime_close(&runtime);
}

/* What is there is no socket. */
static void test_no_socket(void **state)
{
	struct runtime runtime = here();

	(void)state;
	assert_int_equal(try(&runtime), -ENOENT);
	assert_int_equal(mkfifo(RUNTIME_QMP, 0600), 0);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
	assert_int_equal(symlink("elsewhere", RUNTIME_QMP), 0);
	assert_int_equal(try(&runtime), -ECONNREFUSED);
	runtime_close(&runtime);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_proof),
		TEST(test_another_lock),
		TEST(test_peer),
		TEST(test_elsewhere),
		TEST(test_no_socket),
	};

	return cmocka_run_group_tests_name("runtime-connect", tests, NULL, NULL);
}
