/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/tool.c. */
#include "launcher/base/tool.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static int shell(const char *script, int timeout, char **output, char **error)
{
	char *copy = strdup(script);
	char name[] = "sh", option[] = "-c";
	char *const argv[] = {name, option, copy, NULL};
	int r = tool_run(argv, -1, timeout, output, error);

	free(copy);
	return r;
}

static void test_output(void **state)
{
	char *output = NULL, *error = NULL;
	unsigned int fds = unit_count_fds();

	(void)state;
	assert_int_equal(shell("echo one; echo two >&2; cat", 10000, &output, &error), 0);
	assert_string_equal(output, "one\n");
	free(output);
	assert_int_equal(shell("true", 10000, &output, &error), 0);
	assert_string_equal(output, "");
	free(output);
	assert_int_equal(shell("echo lost", 10000, NULL, &error), 0);
	assert_int_equal(unit_count_fds(), fds);
}

/* Both streams at once, each more than a pipe holds. */
static void test_much(void **state)
{
	char *output = NULL, *error = NULL;

	(void)state;
	assert_int_equal(shell("head -c 300000 /dev/zero | tr '\\0' x | tee /dev/stderr", 10000,
				 &output, &error),
		0);
	assert_int_equal(strlen(output), 300000);
	free(output);
}

static void test_failure(void **state)
{
	char *output = NULL, *error = NULL;

	(void)state;
	assert_int_equal(
		shell("echo first >&2; printf 'la\\033st\\n' >&2; exit 3", 10000, &output, &error),
		-EREMOTEIO);
	assert_string_equal(error, "'sh' failed: la\033st");
	assert_null(output);
	free(error);
	error = NULL;
	assert_int_equal(shell("kill -9 $$", 10000, &output, &error), -EREMOTEIO);
	assert_string_equal(error, "'sh' failed");
	free(error);
}

static void test_missing(void **state)
{
	char name[] = "/nonexistent/tool", *error = NULL;
	char *const argv[] = {name, NULL};

	(void)state;
	assert_int_equal(tool_run(argv, -1, 10000, NULL, &error), -ENOENT);
	assert_string_equal(error, "there is no program '/nonexistent/tool'");
	free(error);
}

static void test_timeout(void **state)
{
	/* The other one's streams have ended long before. */
	static const char *const scripts[] = {"exec sleep 60", "exec sleep 60 >&- 2>&-"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(scripts); i++) {
		char *error = NULL;

		assert_int_equal(shell(scripts[i], 100, NULL, &error), -ETIMEDOUT);
		assert_non_null(strstr(error, "did not end within"));
		free(error);
	}
}

/* A program that does not stop writing gets no more time than a mute one. */
static void test_flood(void **state)
{
	char *output = NULL, *error = NULL;

	(void)state;
	assert_int_equal(shell("exec timeout 20 yes", 1000, &output, &error), -ETIMEDOUT);
	assert_string_equal(error, "'sh' did not end within 1 s");
	assert_null(output);
	free(error);
}

/* From now on the kernel has no pidfd_open(2), as in some sandboxes. */
static void lose_pidfds(void)
{
	struct sock_filter rows[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = UNIT_COUNT(rows), .filter = rows};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(2);
}

static void test_no_pidfd(void **state)
{
	pid_t pid = fork();
	int status = -1;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		char *error = NULL;

		lose_pidfds();
		if (shell("true", 10000, NULL, &error) != -ENOSYS || error == NULL)
			_exit(1);
		_exit(strncmp(error, "cannot wait for 'sh': ", 22) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A child keeps the fds that it is to have, and no other. */
static void test_fds(void **state)
{
	char *const argv[] = {(char[]){"sh"}, (char[]){"-c"},
		(char[]){"echo kept >&3 && ! echo other >&4"}, NULL};
	int kept[2] = {-1, -1}, other[2] = {-1, -1};
	char *error = NULL, text[16] = "";

	(void)state;
	assert_int_equal(pipe(kept), 0);
	assert_int_equal(pipe(other), 0);
	assert_int_equal(tool_run_prepared(argv, &(struct tool_child){.fds = &kept[1], .n_fds = 1},
				 -1, 10000, &error),
		0);
	close(kept[1]);
	close(other[1]);
	assert_int_equal(read(kept[0], text, sizeof(text)), 5);
	assert_string_equal(text, "kept\n");
	assert_int_equal(read(other[0], text, sizeof(text)), 0);
	close(kept[0]);
	close(other[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_much),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_fds),
		cmocka_unit_test(test_no_pidfd),
	};

	return cmocka_run_group_tests_name("tool", tests, NULL, NULL);
}
