/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/lock.c and base/process.c: when a VM is alive, and who is noted. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/process.h"
#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/lock.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static struct runtime_places places_of(char *top)
{
	return (struct runtime_places){.fallback = top, .uid = geteuid()};
}

static void claim(const struct runtime_places *places, struct runtime *ret_runtime)
{
	char *error = NULL;

	*ret_runtime = (struct runtime)RUNTIME_NONE;
	if (runtime_claim(places, "a", ret_runtime, &error) < 0)
		fail_msg("%s", error);
}

static bool can_claim(const struct runtime_places *places)
{
	struct runtime runtime = RUNTIME_NONE;
	char *error = NULL;
	int r = runtime_claim(places, "a", &runtime, &error);

	assert_true(r == 0 || r == -EBUSY);
	runtime_close(&runtime);
	free(error);
	return r == 0;
}

static int note(const struct runtime *runtime)
{
	struct runtime_holder self = {0};

	runtime_holder_of(getpid(), "/proc/self/exe", &self);
	return runtime_note(runtime->directory_fd, RUNTIME_LOCK, &self);
}

/* A process that has the lock, as QEMU has it, and lets go of it when it is told. */
static pid_t start_holder(const struct runtime *runtime, int *ret_tell)
{
	int pipes[2] = {-1, -1}, told[2] = {-1, -1};
	char byte = 0;
	pid_t pid = -1;

	assert_int_equal(pipe2(pipes, O_CLOEXEC) | pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (note(runtime) < 0)
			_exit(1);
		(void)!write(told[1], "n", 1);
		(void)!read(pipes[0], &byte, 1);
		flock(runtime->lock, LOCK_UN);
		pause();
	}
	close(pipes[0]);
	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, 'n');
	*ret_tell = pipes[1];
	close(told[0]);
	return pid;
}

static void test_alive(void **state)
{
	struct runtime_places places = places_of(*state);
	struct runtime runtime;
	struct runtime_holder seen = {0};
	int tell = -1;
	pid_t pid = -1;

	claim(&places, &runtime);
	pid = start_holder(&runtime, &tell);
	cleanup_close(&runtime.lock);
	runtime_lock_holder(runtime.directory_fd, &seen);
	assert_int_equal(seen.pid, pid);
	assert_true(process_is_there(seen.pid, seen.start));
	assert_true(runtime_alive(&runtime));
	/* It lets go of the lock, which keeps nobody from it, but it is still there. */
	assert_int_equal(write(tell, "u", 1), 1);
	for (int i = 0; i < 100; i++) {
		char *path = runtime_file(&runtime, RUNTIME_LOCK);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		bool free_now = flock(fd, LOCK_EX | LOCK_NB) == 0;

		close(fd);
		free(path);
		if (free_now)
			break;
		usleep(20000);
	}
	assert_true(runtime_alive(&runtime));
	assert_false(can_claim(&places));
	runtime_remove(&runtime);
	assert_int_equal(access(runtime.directory, F_OK), 0);
	/* Dead, though nobody has asked for its status yet. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (int i = 0; i < 100 && runtime_alive(&runtime); i++)
		usleep(20000);
	assert_false(runtime_alive(&runtime));
	assert_false(process_is_there(seen.pid, seen.start));
	assert_true(can_claim(&places));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	runtime_remove(&runtime);
	assert_int_equal(access(runtime.directory, F_OK), -1);
	runtime_close(&runtime);
	close(tell);
}

static void test_lock_cannot_write(void **state)
{
	struct runtime_places places = places_of(*state);
	struct runtime runtime;

	claim(&places, &runtime);
	assert_int_equal(fcntl(runtime.lock, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(write(runtime.lock, "1", 1), -1);
	runtime_close(&runtime);
}

/* A name that is given back leaves what an ended VM left, and nothing else. */
static void test_release_and_clear(void **state)
{
	struct runtime_places places = places_of(*state);
	struct runtime runtime;
	char *log = NULL, *directory = NULL;

	claim(&places, &runtime);
	directory = text_format("%s", runtime.directory);
	runtime_release(&runtime);
	runtime_close(&runtime);
	assert_int_equal(access(directory, F_OK), -1);
	claim(&places, &runtime);
	log = runtime_file(&runtime, RUNTIME_CONSOLE_LOG);
	close(open(log, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	runtime_release(&runtime);
	runtime_close(&runtime);
	assert_int_equal(access(log, F_OK), 0);
	claim(&places, &runtime);
	runtime_clear(&runtime);
	assert_int_equal(access(log, F_OK), -1);
	runtime_close(&runtime);
	free(directory);
	free(log);
}

/* It is not removed by who asks for it: its log tells why it ended. */
static void test_find_ended(void **state)
{
	struct runtime_places places = places_of(*state);
	struct runtime runtime, found = RUNTIME_NONE;
	char *error = NULL;

	claim(&places, &runtime);
	cleanup_close(&runtime.lock);
	assert_int_equal(runtime_find(&places, "a", &found, &error), -ESRCH);
	assert_string_equal(error, "VM 'a' has ended; 'owrun log a' shows what it said last");
	assert_int_equal(access(runtime.directory, F_OK), 0);
	assert_int_equal(runtime_find_any(&places, "a", &found, &error), 0);
	runtime_remove(&found);
	assert_int_equal(access(runtime.directory, F_OK), -1);
	runtime_close(&runtime);
	runtime_close(&found);
	free(error);
}

static void put(const struct runtime *runtime, const char *text)
{
	char *path = runtime_file(runtime, RUNTIME_LOCK);
	FILE *stream = fopen(path, "we");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
	free(path);
}

static void test_holder(void **state)
{
	static const struct {
		const char *text;
		pid_t pid;
		const char *start, *program;
	} cases[] = {
		{"", 0, "", ""},
		{"12", 12, "", ""},
		{"12 345", 12, "345", ""},
		{"12 345 2049:7", 12, "345", "2049:7"},
		{"12 345 2049:7\n 9", 12, "345", "2049:7"},
		{"12  2049:7", 12, "", "2049:7"},
		{"x 345", 0, "", ""},
		{"-1 345", 0, "", ""},
		{"99999999999 1", 0, "", ""},
		{"12 1234567890123456789012345", 12, "", ""},
		{"12 1 12345678901234567890123456789012345678901234567890", 12, "1", ""},
	};
	struct runtime_places places = places_of(*state);
	struct runtime runtime;

	claim(&places, &runtime);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct runtime_holder seen = {0};

		put(&runtime, cases[i].text);
		runtime_lock_holder(runtime.directory_fd, &seen);
		assert_int_equal(seen.pid, cases[i].pid);
		assert_string_equal(seen.start, cases[i].start);
		assert_string_equal(seen.program, cases[i].program);
	}
	runtime_close(&runtime);
}

static void test_process(void **state)
{
	char start[PROCESS_START_SIZE] = "";

	(void)state;
	assert_true(process_start(getpid(), start));
	assert_true(process_is_there(getpid(), start));
	assert_false(process_is_there(getpid(), "1"));
	assert_false(process_is_there(getpid(), ""));
	assert_false(process_is_there(0, start));
	assert_false(process_is_there(INT32_MAX, start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_alive, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(
			test_lock_cannot_write, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(
			test_release_and_clear, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_find_ended, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_holder, scratch_set_up, scratch_tear_down),
		cmocka_unit_test(test_process),
	};

	return cmocka_run_group_tests_name("runtime-lock", tests, NULL, NULL);
}
