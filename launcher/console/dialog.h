/* SPDX-License-Identifier: MIT
 * One command, typed into the shell on a guest's console.
 *
 * The shell is root's where the last line that the guest printed ends with "# ". Marks, which the
 * shell puts together so that what is typed does not hold them, tell what is the command's output,
 * and its exit status. All that comes is the guest's: it can lie about both. */
#ifndef OWVM_LAUNCHER_CONSOLE_DIALOG_H
#define OWVM_LAUNCHER_CONSOLE_DIALOG_H

#define DIALOG_TYPED_MAX 800 /* bytes: what a shell takes in one line */

struct dialog {
	int socket;			 /* of the console, which does not block */
	int pidfd;			 /* of QEMU, or -1 */
	int signals;			 /* signalfd, or -1 */
	int timeout;			 /* ms until there is a shell */
	void (*print)(const char *line); /* what the command prints, without the end of the line */
};

/* Wait for the shell, run the command's words in it, and wait for its end. *ret_status is its exit
 * status, if the guest says the truth. Returns 0, or -errno with a sentence: -E2BIG when the words
 * are too long, -ETIMEDOUT without a shell, -EACCES where a login is asked for, -EPIPE when the
 * guest has ended, -EINTR. */
int dialog_run(const struct dialog *dialog, char *const *argv, int *ret_status, char **reterr_text);

/* Type a line. Returns 0 or -errno. */
int dialog_type(const struct dialog *dialog, const char *line);

#endif
