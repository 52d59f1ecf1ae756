/* SPDX-License-Identifier: MIT
 * The user's editor, and a question to him. */
#ifndef OWVM_LAUNCHER_CHANGE_EDITOR_H
#define OWVM_LAUNCHER_CHANGE_EDITOR_H

#include <stdbool.h>

/* Let the user edit a file: by $VISUAL or $EDITOR, taken apart as base/words.h does, or else by the
 * first of what most hosts have. It has the terminal, and its signals, until it ends. Returns 0, or
 * -errno with a sentence: -EREMOTEIO when the editor failed. */
int editor_run(const char *path, char **reterr_text);

/* Ask a question that is answered by Enter, or by a word that begins with 'n'. Without a terminal
 * the answer is no. */
bool editor_ask(const char *question);

#endif
