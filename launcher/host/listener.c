/* SPDX-License-Identifier: MIT
 * Who has a port of this host, as far as /proc tells an ordinary user.
 *
 * The socket tables tell a socket's user and inode to everybody; which process has it open is told
 * of one's own processes only. Only sockets of this network namespace are in the tables. */
#include "launcher/host/listener.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"

#define TABLE_WORDS 10 /* up to the inode */
#define WORD_LOCAL 1
#define WORD_STATE 3
#define WORD_UID 7
#define WORD_INODE 9
#define STATE_LISTEN 0x0a
#define STATE_TIME_WAIT 0x06 /* of no process any more */
#define LINK_SIZE 64
#define COMMAND_LINE_MAX 65536

/* Read `length` digits, at most 8, as one hexadecimal number. */
static bool parse_hex(const char *text, size_t length, uint32_t *ret_value)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t value = 0;

	if (length == 0 || length > 8)
		return false;
	for (size_t i = 0; i < length; i++) {
		const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);

		if (digit == NULL)
			return false;
		value = value << 4 | (uint32_t)(digit - digits);
	}
	*ret_value = value;
	return true;
}

/* Is it an address that takes the port from IPv4 too? The tables print addresses as the machine's
 * own 32 bit numbers, 1 for IPv4 and 4 for IPv6. */
static bool address_clashes(const uint32_t *words, size_t n, struct in_addr asked)
{
	uint32_t last = words[n - 1];
	bool any6 = n == 4 && (words[0] | words[1] | words[2] | words[3]) == 0;
	bool mapped = n == 4 && (words[0] | words[1]) == 0 && words[2] == htonl(0xffff);

	if (n == 4 && !mapped)
		return any6;
	return last == asked.s_addr || last == INADDR_ANY || asked.s_addr == INADDR_ANY;
}

/* "ADDRESS:PORT". */
static bool local_clashes(const char *text, const struct listener_port *port)
{
	size_t length = strcspn(text, ":"), n = length / 8;
	uint32_t words[4] = {0}, number = 0;

	if (length != 8 && length != 32)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!parse_hex(text + 8 * i, 8, &words[i]))
			return false;
	return text[length] == ':' &&
	       parse_hex(text + length + 1, strlen(text + length + 1), &number) &&
	       number == port->port && address_clashes(words, n, port->address);
}

bool listener_parse(
	const char *line, const struct listener_port *port, struct listener_socket *ret_socket)
{
	OWNED_MEMORY char *copy = text_format("%s", line);
	char *rest = copy, *word = NULL, *words[TABLE_WORDS] = {NULL};
	uint32_t state = 0, uid = 0, inode = 0;
	size_t n = 0;

	while (n < TABLE_WORDS && (word = strsep(&rest, " \n")) != NULL)
		if (word[0] != '\0')
			words[n++] = word;
	if (n < TABLE_WORDS || !local_clashes(words[WORD_LOCAL], port) ||
		!parse_hex(words[WORD_STATE], strlen(words[WORD_STATE]), &state) ||
		!number_parse(words[WORD_UID], strlen(words[WORD_UID]), UINT32_MAX, &uid) ||
		!number_parse(words[WORD_INODE], strlen(words[WORD_INODE]), UINT32_MAX, &inode))
		return false;
	if (inode == 0 || (!port->udp && state == STATE_TIME_WAIT))
		return false;
	*ret_socket = (struct listener_socket){
		.uid = uid, .inode = inode, .listening = port->udp || state == STATE_LISTEN};
	return true;
}

/* The first that listens, or else the first at all. */
static bool search_table(
	const char *path, const struct listener_port *port, struct listener_socket *socket)
{
	FILE *stream = fopen(path, "re");
	OWNED_MEMORY char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (stream == NULL)
		return false;
	while (!(found && socket->listening) && getline(&line, &size, stream) > 0) {
		struct listener_socket other = {0};

		if (listener_parse(line, port, &other) && (!found || other.listening)) {
			*socket = other;
			found = true;
		}
	}
	fclose(stream);
	return found;
}

static bool has_open(const char *proc, const char *pid, uint32_t inode)
{
	OWNED_MEMORY char *path = text_format("%s/%s/fd", proc, pid);
	OWNED_MEMORY char *wanted = text_format("socket:[%u]", inode);
	DIR *stream = opendir(path);
	struct dirent *entry = NULL;
	bool found = false;

	if (stream == NULL)
		return false;
	while (!found && (entry = readdir(stream)) != NULL) {
		char link[LINK_SIZE] = {0};
		ssize_t length = readlinkat(dirfd(stream), entry->d_name, link, sizeof(link) - 1);

		found = length > 0 && strcmp(link, wanted) == 0;
	}
	closedir(stream);
	return found;
}

/* All of a file of a process, at most max bytes and a NUL more; the caller frees it. */
static char *read_file(
	const char *proc, const char *pid, const char *name, size_t max, size_t *length)
{
	OWNED_MEMORY char *path = text_format("%s/%s/%s", proc, pid, name);
	char *text = calloc(1, max + 1);
	FILE *stream = fopen(path, "re");

	if (text == NULL)
		abort();
	*length = stream == NULL ? 0 : fread(text, 1, max, stream);
	if (stream != NULL)
		fclose(stream);
	return text;
}

/* Which VM? owrun names its QEMU by "-name NAME,process=owvm-NAME". */
static void read_vm(const char *proc, const char *pid, char ret_vm[VM_NAME_SIZE])
{
	size_t length = 0;
	OWNED_MEMORY char *line = read_file(proc, pid, "cmdline", COMMAND_LINE_MAX, &length);
	const char *end = line + length, *word = line;

	while (word < end && strcmp(word, "-name") != 0)
		word += strlen(word) + 1;
	if (word < end && (word += strlen(word) + 1) < end) {
		OWNED_MEMORY char *name = text_format("%.*s", (int)strcspn(word, ","), word);
		OWNED_MEMORY char *process = text_format("%s,process=owvm-%s", name, name);

		if (vm_name_valid(name) && strcmp(word, process) == 0)
			memcpy(ret_vm, name, strlen(name) + 1);
	}
}

static void describe(const char *proc, const char *pid, struct listener *listener)
{
	size_t length = 0;
	OWNED_MEMORY char *command =
		read_file(proc, pid, "comm", LISTENER_COMMAND_SIZE - 1, &length);

	command[strcspn(command, "\n")] = '\0';
	memcpy(listener->command, command, strlen(command) + 1);
	read_vm(proc, pid, listener->vm);
}

static void find_process(const char *proc, uint32_t inode, struct listener *listener)
{
	DIR *stream = opendir(proc);
	struct dirent *entry = NULL;

	if (stream == NULL)
		return;
	while (listener->pid == 0 && (entry = readdir(stream)) != NULL) {
		uint32_t pid = 0;

		if (!number_parse(entry->d_name, strlen(entry->d_name), INT32_MAX, &pid) ||
			!has_open(proc, entry->d_name, inode))
			continue;
		listener->pid = (pid_t)pid;
		describe(proc, entry->d_name, listener);
	}
	closedir(stream);
}

int listener_find(const char *proc, const struct listener_port *port, struct listener *ret_listener)
{
	/* IPv4 first: an IPv6 socket may be one that leaves IPv4 alone, which no table tells. */
	static const char *const tables[][2] = {{"tcp", "tcp6"}, {"udp", "udp6"}};
	struct listener listener = {0};
	struct listener_socket socket = {0};
	bool found = false;

	for (size_t i = 0; !found && i < 2; i++) {
		OWNED_MEMORY char *path =
			text_format("%s/net/%s", proc, tables[port->udp ? 1 : 0][i]);

		found = search_table(path, port, &socket);
	}
	if (!found)
		return -ENOENT;
	listener.uid = socket.uid;
	if (socket.uid == geteuid())
		find_process(proc, socket.inode, &listener);
	*ret_listener = listener;
	return 0;
}
