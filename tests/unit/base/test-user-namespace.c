/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/user-namespace.c: hosts that take something of it away. */
#include "launcher/base/user-namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* The system call fails like that where its argument `number` has these bits. */
struct refusal {
	int call, error;
	unsigned int number;
	unsigned int bits;
};

static bool refuse(const struct refusal *refusal)
{
	const struct scmp_arg_cmp argument =
		SCMP_CMP(refusal->number, SCMP_CMP_MASKED_EQ, refusal->bits, refusal->bits);
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool done = filter != NULL &&
		    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)refusal->error),
			    refusal->call, 1, &argument) == 0 &&
		    seccomp_load(filter) == 0;

	seccomp_release(filter);
	return done;
}

/* What the try says behind the refusal, in a child. */
static int try_with(const struct refusal *refusal)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(refuse(refusal) ? -user_namespace_try() : 255);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_what_is_taken_away_is_found(void **state)
{
	static const struct refusal refusals[] = {
		/* Made by nobody, as by a container's filter. */
		{SCMP_SYS(unshare), EPERM, 0, CLONE_NEWUSER},
		/* Made, and its ids are not mapped: Ubuntu's AppArmor denies setgroups. */
		{SCMP_SYS(openat), EACCES, 2, O_WRONLY},
		/* Made and mapped, and the owner has no capability in it. */
		{SCMP_SYS(unshare), EPERM, 0, CLONE_NEWUTS},
	};

	(void)state;
	if (user_namespace_try() != 0)
		skip();
	for (size_t i = 0; i < UNIT_COUNT(refusals); i++)
		assert_int_equal(try_with(&refusals[i]), refusals[i].error);
	assert_int_equal(user_namespace_try(), 0);
}

static void test_the_sentence(void **state)
{
	char *error = NULL;

	(void)state;
	assert_int_equal(user_namespace_fail(EACCES, &error), -EACCES);
	assert_non_null(strstr(error, "Permission denied (AppArmor, or sysctl"));
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_taken_away_is_found),
		cmocka_unit_test(test_the_sentence),
	};

	return cmocka_run_group_tests_name("user-namespace", tests, NULL, NULL);
}
