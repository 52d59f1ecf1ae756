/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/spawn.c and launcher/qemu/shutdown.c with a shell in QEMU's place. */
#include "launcher/qemu/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/qemu/shutdown.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/find.h"
#include "tests/unit/unit.h"

/* A place for runtime files, and a VM that was claimed there. */
struct scratch {
	char *top;
	struct runtime_places places;
	struct runtime runtime;
};

static int set_up(void **state)
{
	char path[] = "/tmp/owvm-test-spawn-XXXXXX";
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	char *error = NULL;

	if (scratch == NULL || mkdtemp(path) == NULL)
		return -1;
	scratch->top = text_format("%s", path);
	scratch->places = (struct runtime_places){.fallback = scratch->top, .uid = geteuid()};
	*state = scratch;
	return runtime_claim(&scratch->places, "vm", &scratch->runtime, &error);
}

static int tear_down(void **state)
{
	struct scratch *scratch = *state;
	char *command = text_format("rm -r '%s'", scratch->top);
	int r = system(command);

	runtime_close(&scratch->runtime);
	free(command);
	free(scratch->top);
	free(scratch);
	return r;
}

static void start(struct scratch *scratch, const char *script, int tap, struct spawn *ret_spawn)
{
	char shell[] = "/bin/sh", option[] = "-c", *text = strdup(script);
	char *argv[] = {shell, option, text, NULL};

	assert_int_equal(spawn_qemu(&(struct spawn_setup){.argv = argv,
					    .runtime = &scratch->runtime,
					    .fds = &tap,
					    .n_fds = tap < 0 ? 0 : 1},
				 ret_spawn),
		0);
	free(text);
}

static char *read_log(const struct scratch *scratch)
{
	char *path = runtime_file(&scratch->runtime, RUNTIME_QEMU_LOG);
	char *text = calloc(1, 4096);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && text != NULL);
	assert_true(read(fd, text, 4095) >= 0);
	close(fd);
	free(path);
	return text;
}

/* fds 0-2, the lock and the tap, a session of its own, no new privileges, nothing blocked. */
static void test_environment(void **state)
{
	struct scratch *scratch = *state;
	int tap = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct spawn spawn = {0};
	char *log = NULL;

	start(scratch,
		"for i in 0 1 2 3 4 5 6 7 8 9 20 63; do readlink /proc/$$/fd/$i; done; "
		"grep -E 'NoNewPrivs|SigBlk' /proc/self/status; "
		"read -r pid _ _ _ _ session _ < /proc/$$/stat; test $pid = $session && echo leads",
		tap, &spawn);
	assert_int_equal(spawn_reap(&spawn), 0);
	log = read_log(scratch);
	assert_ptr_equal(strstr(log, "/dev/null\n"), log);
	assert_non_null(strstr(log, "/vm/qemu.log\n"));
	assert_non_null(strstr(log, "/vm/lock\n/dev/zero\n"));
	assert_non_null(strstr(log, "NoNewPrivs:\t1\n"));
	assert_non_null(strstr(log, "SigBlk:\t0000000000000000\n"));
	assert_non_null(strstr(log, "leads\n"));
	/* Five fds, two lines of status, one of the session. */
	for (size_t i = 0, lines = 0; log[i] != '\0'; i++)
		if (log[i] == '\n')
			assert_true(++lines <= 8);
	free(log);
	close(tap);
}

static void test_cannot_execute(void **state)
{
	struct scratch *scratch = *state;
	char missing[] = "/nonexistent/qemu", *argv[] = {missing, NULL}, *log = NULL;
	const struct spawn_setup setup = {.argv = argv, .runtime = &scratch->runtime};
	struct spawn spawn = {0};

	assert_int_equal(spawn_qemu(&setup, &spawn), 0);
	assert_int_equal(spawn_wait_ready(&spawn, &scratch->runtime, -1), -ECHILD);
	assert_int_equal(spawn_reap(&spawn), 127);
	log = read_log(scratch);
	assert_string_equal(log, "cannot execute '/nonexistent/qemu': No such file or directory\n");
	free(log);
}

static void test_wait_interrupted(void **state)
{
	struct scratch *scratch = *state;
	struct spawn spawn = {0};
	sigset_t set, old;
	int signals = -1;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	start(scratch, "exec sleep 60", -1, &spawn);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(spawn_wait_ready(&spawn, &scratch->runtime, signals), -EINTR);
	spawn_kill(&spawn);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGTERM);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	close(signals);
}

/* The VM lives as long as the process that inherited the lock, and is found and killed by it. */
static void test_life(void **state)
{
	struct scratch *scratch = *state;
	struct runtime found = RUNTIME_NONE;
	struct spawn spawn = {0};
	char *error = NULL, byte = 0;
	int go[2] = {-1, -1}, pidfd = -1;

	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	start(scratch, "echo >&4; exec sleep 60", go[1], &spawn);
	/* It lives, and has noted its pid. */
	assert_int_equal(read(go[0], &byte, 1), 1);
	close(go[0]);
	close(go[1]);
	close(scratch->runtime.lock);
	scratch->runtime.lock = -1;
	assert_true(runtime_alive(&scratch->runtime));
	assert_int_equal(runtime_find(&scratch->places, "vm", &found, &error), 0);
	assert_int_equal(found.holder.pid, spawn.pid);
	pidfd = runtime_process_open(&found);
	assert_true(pidfd >= 0);
	/* It has no QMP. */
	assert_int_equal(shutdown_powerdown(&found, pidfd, 10000), -ENOENT);
	assert_int_equal(shutdown_quit(&found, pidfd), -ENOENT);
	assert_true(shutdown_kill(pidfd));
	assert_true(shutdown_kill(pidfd));
	assert_int_equal(spawn_reap(&spawn), -SIGKILL);
	assert_false(runtime_alive(&scratch->runtime));
	runtime_remove(&found);
	assert_int_equal(access(found.directory, F_OK), -1);
	runtime_close(&found);
	close(pidfd);
}

/* A pid that is noted and is not QEMU's is never taken for it. */
static void test_halt_open_wrong(void **state)
{
	struct scratch *scratch = *state;
	struct runtime other = {.directory_fd = scratch->runtime.directory_fd, .lock = -1};
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "60", NULL);
		_exit(1);
	}
	/* Nobody noted, owrun itself (this program), a process without the lock, none at all. */
	other.holder.pid = 0;
	assert_int_equal(runtime_process_open(&other), -EAGAIN);
	other.holder.pid = getpid();
	assert_int_equal(runtime_process_open(&other), -EAGAIN);
	other.holder.pid = pid;
	while (runtime_process_open(&other) == -EAGAIN)
		;
	assert_int_equal(runtime_process_open(&other), -ESRCH);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(runtime_process_open(&other), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_environment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cannot_execute, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wait_interrupted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_life, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_halt_open_wrong, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
