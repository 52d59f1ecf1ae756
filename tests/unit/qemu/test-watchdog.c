/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/watchdog.c with a shell in QEMU's place, and a false QMP socket. */
#include "launcher/qemu/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "tests/unit/unit.h"

#define DISK "{\"device\": \"disk%d\", \"stats\": {\"rd_operations\": %d, \"filler\": \"%02000d\"}}"
#define DISKS 8
#define EARLY 100  /* ms: less than it takes until something happens */
#define LATE 10000 /* ms: it happens before */

struct scratch {
	struct runtime runtime;
	struct spawn spawn;
};

static int set_up(void **state)
{
	char path[] = "/tmp/owvm-test-watchdog-XXXXXX";
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (scratch == NULL || mkdtemp(path) == NULL || chdir(path) < 0)
		return -1;
	scratch->runtime.directory = text_format("%s", path);
	scratch->runtime.directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = scratch;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {RUNTIME_CONSOLE_LOG, RUNTIME_QMP, RUNTIME_QEMU_LOG,
		RUNTIME_LOCK, RUNTIME_KEEPER_PID, RUNTIME_ENDED};
	struct scratch *scratch = *state;
	int r = 0;

	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		unlink(names[i]);
	r = rmdir(scratch->runtime.directory);
	scratch->runtime.lock = -1;
	runtime_close(&scratch->runtime);
	free(scratch);
	return r;
}

static void start(struct scratch *scratch, const char *script)
{
	char shell[] = "/bin/sh", option[] = "-c", *text = text_format("%s", script);
	char *argv[] = {shell, option, text, NULL};
	const struct spawn_setup setup = {.argv = argv, .runtime = &scratch->runtime};

	scratch->runtime.lock = open(RUNTIME_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(scratch->runtime.lock >= 0);
	assert_int_equal(spawn_qemu(&setup, &scratch->spawn), 0);
	close(scratch->runtime.lock);
	free(text);
}

static int wait_for(struct scratch *scratch, int timeout)
{
	return watchdog_wait(&scratch->spawn, &scratch->runtime, -1, timeout);
}

static void test_what_happens(void **state)
{
	static const struct {
		const char *script;
		int timeout, result;
	} cases[] = {
		{"echo up >" RUNTIME_CONSOLE_LOG "; exec sleep 60", LATE, 0},
		{": >" RUNTIME_CONSOLE_LOG "; sleep 0.3; echo up >>" RUNTIME_CONSOLE_LOG
		 "; exec sleep 60",
			LATE, 0},
		/* Where there is no log at first, a look finds it. */
		{"sleep 0.3; echo up >" RUNTIME_CONSOLE_LOG "; exec sleep 60", LATE, 0},
		{"exec sleep 60", EARLY, -ETIMEDOUT},
		{"echo up >" RUNTIME_CONSOLE_LOG "; sleep 0.3; : >" RUNTIME_CONSOLE_LOG
		 "; exec sleep 60",
			EARLY, 0},
		{"sleep 0.3; exit 1", LATE, -ECHILD},
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct scratch *scratch = *state;
		int64_t before = 0;
		int r = 0;

		unlink(RUNTIME_CONSOLE_LOG);
		start(scratch, cases[i].script);
		before = deadline_now();
		/* The shell takes its time, too. */
		if (cases[i].timeout == EARLY && cases[i].result == 0)
			usleep(EARLY * 1000);
		r = wait_for(scratch, cases[i].timeout);
		if (r != cases[i].result)
			fail_msg("'%s': %d", cases[i].script, r);
		assert_true(deadline_now() - before < LATE);
		spawn_kill(&scratch->spawn);
	}
}

static void test_a_signal(void **state)
{
	struct scratch *scratch = *state;
	sigset_t set, old;
	int signals = -1;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	start(scratch, "exec sleep 60");
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(watchdog_wait(&scratch->spawn, &scratch->runtime, signals, LATE), -EINTR);
	spawn_kill(&scratch->spawn);
	assert_int_equal(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGTERM);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	close(signals);
}

/* What QEMU answers to query-blockstats when the disks from `first` on were read. */
static void say_disks(FILE *stream, int first)
{
	fputs("{\"return\": [", stream);
	for (int i = 0; i < DISKS; i++)
		fprintf(stream, "%s" DISK, i == 0 ? "" : ", ", i, i >= first ? 7 : 0, 0);
	fputs("]}\r\n", stream);
}

/* QEMU's socket, whose last disk is read once somebody asked `looks` times. Gives a process. */
static pid_t serve(int looks)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = RUNTIME_QMP};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid = 0;

	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 4), 0);
	pid = fork();
	if (pid != 0) {
		close(listener);
		return pid;
	}
	/* When an assertion fails, nobody kills it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(1);
	for (int i = 1;; i++) {
		FILE *stream = fdopen(accept4(listener, NULL, NULL, SOCK_CLOEXEC), "r+");
		char *line = NULL;
		size_t size = 0;

		fputs("{\"QMP\": {}}\r\n", stream);
		fflush(stream);
		if (getline(&line, &size, stream) < 0)
			_exit(1);
		fputs("{\"return\": {}}\r\n", stream);
		fflush(stream);
		if (getline(&line, &size, stream) < 0 || strstr(line, "query-blockstats") == NULL)
			_exit(1);
		say_disks(stream, i > looks ? DISKS - 1 : DISKS);
		fclose(stream);
	}
}

static void test_a_disk_is_read(void **state)
{
	struct scratch *scratch = *state;
	pid_t pid = 0;

	start(scratch, "exec sleep 60");
	/* It is this process that listens, as QEMU would. */
	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	runtime_holder_of(getpid(), "/proc/self/exe", &scratch->runtime.holder);
	pid = serve(1);
	assert_true(pid > 0);
	assert_int_equal(wait_for(scratch, LATE), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(unlink(RUNTIME_QMP), 0);
	pid = serve(1000);
	assert_int_equal(wait_for(scratch, 600), -ETIMEDOUT);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	spawn_kill(&scratch->spawn);
}

static void test_what_can_be_seen(void **state)
{
	static const struct {
		enum serial_kind kinds[2];
		size_t n_disks;
		bool result;
	} cases[] = {
		{{SERIAL_CONSOLE, SERIAL_NONE}, 0, true},
		{{SERIAL_FILE, SERIAL_STDIO}, 0, true},
		{{SERIAL_FILE, SERIAL_NULL}, 0, false},
		{{SERIAL_NONE, SERIAL_NONE}, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct vm vm = {.n_serials = 2, .n_disks = cases[i].n_disks};

		vm.serials[0].kind = cases[i].kinds[0];
		vm.serials[1].kind = cases[i].kinds[1];
		assert_int_equal(watchdog_can_see(&vm), cases[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_happens, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_signal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_disk_is_read, set_up, tear_down),
		cmocka_unit_test(test_what_can_be_seen),
	};

	return cmocka_run_group_tests_name("watchdog", tests, NULL, NULL);
}
