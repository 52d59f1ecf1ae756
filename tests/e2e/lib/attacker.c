/* SPDX-License-Identifier: MIT
 * A program in the place of QEMU, or of a DHCP client: what a guest that took it over would try on
 * what its user has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, int result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

/* The environment says what there is: QUEUE, SEMAPHORES and SEGMENT, and the paths SECRET and
 * SERVICE. */
static int object(const char *name)
{
	const char *text = getenv(name);
	int number = 0;

	if (text == NULL)
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (*text - '0');
	return number;
}

/* One of a pair of datagram sockets can be connected to any path. */
static int connect_one_of_a_pair(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int pair[2] = {-1, -1};

	if (path == NULL || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path));
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	return connect(pair[0], (const struct sockaddr *)&address, sizeof(address));
}

static int append(const char *path)
{
	FILE *stream = path == NULL ? NULL : fopen(path, "a");

	return stream == NULL || fputs("was here\n", stream) < 0 ? -1 : fclose(stream);
}

static int start_program(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return errno == 0 ? 0 : -1;
}

int main(void)
{
	struct {
		long type;
		char text[64];
	} message = {0};
	const char *secret = getenv("SECRET");

	say("read message",
		(int)msgrcv(object("QUEUE"), &message, sizeof(message.text), 0, IPC_NOWAIT));
	printf("message: %s\n", message.text);
	say("remove queue", msgctl(object("QUEUE"), IPC_RMID, NULL));
	say("remove semaphores", semctl(object("SEMAPHORES"), 0, IPC_RMID));
	say("remove segment", shmctl(object("SEGMENT"), IPC_RMID, NULL));
	say("open secret", secret == NULL ? -1 : chmod(secret, 0777));
	say("connect one of a pair", connect_one_of_a_pair(getenv("SERVICE")));
	say("write secret", append(secret));
	say("start program", start_program());
	return 1;
}
