/* SPDX-License-Identifier: MIT
 * Tests of launcher/sandbox/calls.c: what the user has beside files, made outside of the sandbox,
 * is used, changed and removed by a process without the filters, and by none with them. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/sandbox/private.h"
#include "tests/unit/unit.h"

#define TRIALS_MAX 32
#define MODE 0600
#define IDLE (3L << 13) /* a class of ioprio_set() */

struct message {
	long type;
	char text[1];
};

/* What is used, and what for. */
struct world {
	int queue, set, segment;
	void *attached;
	pid_t victim;
	char *named;   /* queue of POSIX, without the slash; NULL: this kernel has none */
	char file[32]; /* in /tmp */
	struct message message;
	struct sembuf operation;
	struct msqid_ds queue_status;
	struct shmid_ds segment_status;
	struct sched_param parameter;
	cpu_set_t processors;
};

static void world_make(struct world *world)
{
	int fd = -1;

	*world = (struct world){.file = "/tmp/owvm-test-calls-XXXXXX",
		.message = {.type = 1},
		.operation = {.sem_op = 1}};
	world->queue = msgget(IPC_PRIVATE, IPC_CREAT | MODE);
	world->set = semget(IPC_PRIVATE, 1, IPC_CREAT | MODE);
	world->segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | MODE);
	assert_true(world->queue >= 0 && world->set >= 0 && world->segment >= 0);
	world->attached = shmat(world->segment, NULL, 0);
	world->named = text_format("owvm-test-%ld", (long)getpid());
	fd = (int)syscall(SYS_mq_open, world->named, O_CREAT | O_RDWR | O_CLOEXEC, MODE, NULL);
	if (fd < 0) {
		free(world->named);
		world->named = NULL;
	} else {
		close(fd);
	}
	close(mkostemp(world->file, O_CLOEXEC));
	assert_int_equal(sched_getaffinity(0, sizeof(world->processors), &world->processors), 0);
	world->victim = fork();
	if (world->victim == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

/* Some of it may be gone already. */
static void world_free(struct world *world)
{
	shmdt(world->attached);
	msgctl(world->queue, IPC_RMID, NULL);
	semctl(world->set, 0, IPC_RMID);
	shmctl(world->segment, IPC_RMID, NULL);
	if (world->named != NULL)
		syscall(SYS_mq_unlink, world->named);
	free(world->named);
	unlink(world->file);
	kill(world->victim, SIGKILL);
	waitpid(world->victim, NULL, 0);
}

struct trial {
	const char *name;
	int error; /* of the filter; 0: it lets the call pass */
	long number, arguments[5];
};

#define AT(thing) ((long)(uintptr_t)(thing))

/* System V's and POSIX' objects; those that remove them come last. */
static size_t object_trials(struct world *w, struct trial *ret_trials)
{
	const long nowait = IPC_NOWAIT;
	const struct trial trials[] = {
		{"shmat", -EPERM, SYS_shmat, {w->segment, 0, SHM_RDONLY}},
		{"shmdt", -EPERM, SYS_shmdt, {AT(w->attached)}},
		{"shmctl", -EPERM, SYS_shmctl, {w->segment, IPC_STAT, AT(&w->segment_status)}},
		{"msgsnd", -EPERM, SYS_msgsnd, {w->queue, AT(&w->message), 1, nowait}},
		{"msgrcv", -EPERM, SYS_msgrcv, {w->queue, AT(&w->message), 1, 0, nowait}},
		{"msgctl", -EPERM, SYS_msgctl, {w->queue, IPC_STAT, AT(&w->queue_status)}},
		{"semop", -EPERM, SYS_semop, {w->set, AT(&w->operation), 1}},
		{"semtimedop", -EPERM, SYS_semtimedop, {w->set, AT(&w->operation), 1, 0}},
		{"semctl", -EPERM, SYS_semctl, {w->set, 0, GETVAL}},
		{"remove a segment", -EPERM, SYS_shmctl, {w->segment, IPC_RMID}},
		{"remove a queue", -EPERM, SYS_msgctl, {w->queue, IPC_RMID}},
		{"remove semaphores", -EPERM, SYS_semctl, {w->set, 0, IPC_RMID}},
		{"mq_open", -EPERM, SYS_mq_open, {AT(w->named), O_RDONLY}},
		{"mq_unlink", -EPERM, SYS_mq_unlink, {AT(w->named)}},
	};
	size_t n = UNIT_COUNT(trials) - (w->named == NULL ? 2 : 0);

	memcpy(ret_trials, trials, n * sizeof(*trials));
	return n;
}

static size_t other_trials(struct world *w, struct trial *ret_trials)
{
	const struct trial trials[] = {
		{"own limits", 0, SYS_prlimit64, {0, RLIMIT_NOFILE}},
		{"limits", -EPERM, SYS_prlimit64, {w->victim, RLIMIT_NOFILE}},
		{"priority", -EPERM, SYS_setpriority, {PRIO_PROCESS, w->victim, 19}},
		{"ioprio", -EPERM, SYS_ioprio_set, {1, w->victim, IDLE}},
		{"affinity", -EPERM, SYS_sched_setaffinity,
			{w->victim, sizeof(w->processors), AT(&w->processors)}},
		{"scheduler", -EPERM, SYS_sched_setscheduler,
			{w->victim, SCHED_BATCH, AT(&w->parameter)}},
		{"parameter", -EPERM, SYS_sched_setparam, {w->victim, AT(&w->parameter)}},
		{"inotify", -EACCES, SYS_inotify_init1, {O_CLOEXEC}},
		{"fchmodat", -EACCES, SYS_fchmodat, {AT_FDCWD, AT(w->file), MODE}},
		{"fchownat", -EACCES, SYS_fchownat, {AT_FDCWD, AT(w->file), -1, -1, 0}},
		{"utimensat", -EACCES, SYS_utimensat, {AT_FDCWD, AT(w->file), 0, 0}},
#ifdef SYS_chmod
		{"chmod", -EACCES, SYS_chmod, {AT(w->file), MODE}},
		{"chown", -EACCES, SYS_chown, {AT(w->file), -1, -1}},
		{"utimes", -EACCES, SYS_utimes, {AT(w->file), 0}},
#endif
	};

	memcpy(ret_trials, trials, sizeof(trials));
	return UNIT_COUNT(trials);
}

/* For the child: 0 or -errno of each. */
static void try_all(const struct trial *trials, size_t n, int *ret_results)
{
	for (size_t i = 0; i < n; i++) {
		const long *a = trials[i].arguments;

		ret_results[i] =
			syscall(trials[i].number, a[0], a[1], a[2], a[3], a[4]) < 0 ? -errno : 0;
	}
}

/* Try all of them in a child, with the filters or without. */
static void attempt(bool filtered, size_t (*list)(struct world *, struct trial *))
{
	struct world world = {0};
	struct trial trials[TRIALS_MAX] = {{0}};
	int results[TRIALS_MAX] = {0}, ends[2] = {-1, -1};
	size_t n = 0;
	pid_t pid = 0;

	world_make(&world);
	n = list(&world, trials);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (filtered && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
					sandbox_refuse_calls(AF_UNSPEC) < 0 ||
					sandbox_refuse_attributes() < 0))
			_exit(1);
		try_all(trials, n, results);
		_exit(write(ends[1], results, sizeof(results)) != sizeof(results));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], results, sizeof(results)), sizeof(results));
	close(ends[0]);
	waitpid(pid, NULL, 0);
	world_free(&world);
	for (size_t i = 0; i < n; i++)
		if (results[i] != (filtered ? trials[i].error : 0))
			fail_msg("%s: %s", trials[i].name, strerror(-results[i]));
}

static void test_objects(void **state)
{
	(void)state;
	attempt(false, object_trials);
	attempt(true, object_trials);
}

static void test_others(void **state)
{
	(void)state;
	attempt(false, other_trials);
	attempt(true, other_trials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests_name("sandbox-calls", tests, NULL, NULL);
}
