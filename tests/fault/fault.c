/* SPDX-License-Identifier: MIT
 * Runs a command and kills or stops it at the N-th boundary: the entry or the exit of a system call
 * by which owvm-netd changes something outside its own process.
 *
 * usage: fault all|one|stop N REPORT COMMAND [ARGUMENT...]
 *
 * Counted are, in the command and in all that it forks: messages sent (mere questions to the kernel
 * only where OWVM_FAULT is set), ioctls, the opening of tun and vhost devices, the closing of taps.
 * At the N-th (0: never) all of its processes are killed, or the one that stands there; or this one
 * is stopped until SIGUSR1 comes, or SIGUSR2, after which the next boundary stops again. REPORT
 * then says which it was, or "missed" and how many there were.
 * SIGTERM goes on to the command; when this program dies, so does everything that it traces. The
 * tracer is root, so capabilities of an executed file take effect all the same (ptrace(2)). */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/number.h"
#include "tests/fault/calls.h"

#define PROCESSES_MAX 16
#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL)

struct process {
	pid_t pid;	  /* 0: it has ended */
	const char *call; /* what it stands in, if that counts; NULL: nothing */
};

enum mode { KILL_ALL, KILL_ONE, STOP };

struct fault {
	enum mode mode;
	uint32_t wanted, count;
	bool hit;
	FILE *report;
	/* In the order in which they were forked: the first is the command. */
	struct process processes[PROCESSES_MAX];
	size_t n;
	int status;
	pid_t stopped; /* 0: none is */
};

__attribute__((noreturn)) static void die(const char *what)
{
	perror(what);
	exit(127);
}

static struct process *find(struct fault *fault, pid_t pid)
{
	for (size_t i = 0; i < fault->n; i++)
		if (fault->processes[i].pid == pid)
			return &fault->processes[i];
	if (fault->n == PROCESSES_MAX)
		abort();
	fault->processes[fault->n].pid = pid;
	return &fault->processes[fault->n++];
}

static void strike(struct fault *fault, const struct process *process, const char *where)
{
	fault->hit = true;
	fprintf(fault->report, "hit %u: process %d at the %s of %s\n", fault->count,
		(int)(process - fault->processes), where, process->call);
	fflush(fault->report);
	if (fault->mode == STOP) {
		fault->stopped = process->pid;
		return;
	}
	for (size_t i = 0; i < fault->n; i++)
		if (fault->processes[i].pid != 0 &&
			(fault->mode == KILL_ALL || &fault->processes[i] == process))
			kill(fault->processes[i].pid, SIGKILL);
}

static void pass_boundary(struct fault *fault, struct process *process)
{
	CALLS_INFO info = {0};
	bool entry = false;

	if (fault->hit || ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof(info), &info) < 0)
		return;
	entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	if (entry)
		process->call = calls_name(process->pid, &info);
	if (process->call == NULL)
		return;
	if (++fault->count == fault->wanted)
		strike(fault, process, entry ? "entry" : "exit");
	if (!entry)
		process->call = NULL;
}

static void take_status(struct fault *fault, pid_t pid, int status)
{
	struct process *process = find(fault, pid);
	int deliver = 0;

	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		if (process == fault->processes)
			fault->status = status;
		process->pid = 0;
		return;
	}
	if (WSTOPSIG(status) == (SIGTRAP | 0x80))
		pass_boundary(fault, process);
	else if (status >> 16 == 0)
		deliver = WSTOPSIG(status);
	if (fault->stopped != pid)
		ptrace(PTRACE_SYSCALL, pid, 0, deliver);
}

static sigset_t signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	return set;
}

/* Let what is stopped go on, maybe only to the next boundary. */
static void go_on(struct fault *fault, bool one)
{
	if (fault->stopped == 0)
		return;
	if (one) {
		fault->hit = false;
		fault->wanted = fault->count + 1;
	}
	ptrace(PTRACE_SYSCALL, fault->stopped, 0, 0);
	fault->stopped = 0;
}

/* Until all processes have ended. */
static void trace(struct fault *fault)
{
	const sigset_t set = signals();

	for (;;) {
		int status = 0, signal = 0;
		pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);

		if (pid > 0) {
			take_status(fault, pid, status);
			continue;
		}
		if (pid < 0)
			return;
		signal = sigwaitinfo(&set, NULL);
		if (signal == SIGTERM && fault->processes[0].pid != 0)
			kill(fault->processes[0].pid, SIGTERM);
		if (signal == SIGUSR1 || signal == SIGUSR2)
			go_on(fault, signal == SIGUSR2);
	}
}

__attribute__((noreturn)) static void run(int ready, char **command)
{
	const sigset_t set = signals();
	char byte = 0, pid[16] = "";

	if (read(ready, &byte, 1) != 1)
		_exit(127);
	close(ready);
	/* Of socket activation: it names the process that gets the socket. */
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (getenv("LISTEN_PID") != NULL)
		setenv("LISTEN_PID", pid, 1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	execvp(command[0], command);
	die(command[0]);
}

static void start(struct fault *fault, char **command)
{
	int ready[2] = {-1, -1}, status = 0;
	pid_t pid = 0;

	if (pipe(ready) < 0 || (pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		close(ready[1]);
		run(ready[0], command);
	}
	close(ready[0]);
	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ||
		waitpid(pid, &status, __WALL) != pid)
		die("ptrace");
	take_status(fault, pid, status);
	if (write(ready[1], "", 1) != 1)
		die("pipe");
	close(ready[1]);
}

static bool parse_mode(const char *text, enum mode *ret_mode)
{
	static const char *const modes[] = {
		[KILL_ALL] = "all", [KILL_ONE] = "one", [STOP] = "stop"};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(text, modes[i]) == 0) {
			*ret_mode = (enum mode)i;
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	struct fault fault = {.mode = KILL_ALL};
	const sigset_t set = signals();

	if (argc < 5 || !parse_mode(argv[1], &fault.mode) ||
		!number_parse(argv[2], strlen(argv[2]), UINT32_MAX, &fault.wanted) ||
		(fault.report = fopen(argv[3], "we")) == NULL) {
		fputs("usage: fault all|one|stop N REPORT COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	start(&fault, argv + 4);
	trace(&fault);
	if (!fault.hit)
		fprintf(fault.report, "missed %u\n", fault.count);
	fclose(fault.report);
	return WIFEXITED(fault.status) ? WEXITSTATUS(fault.status) : 128 + WTERMSIG(fault.status);
}
