/* SPDX-License-Identifier: MIT
 * A writer of JSON for the tool: values one after the other, commas and indentation by itself. */
#ifndef OWVM_POLICY_TOOL_JSON_H
#define OWVM_POLICY_TOOL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tool_json {
	FILE *stream;
	unsigned int depth;
	bool more; /* something stands before the next value at this depth */
};

/* Begin an object ('{') or an array ('['). Here and below, key is the name of a member, a plain
 * word, or NULL where there is none: in an array and for the outermost value. */
void tool_json_open(struct tool_json *json, const char *key, char bracket);

/* End it, with '}' or ']'. */
void tool_json_close(struct tool_json *json, char bracket);

/* A string, null for NULL. Bytes that are no UTF-8 become U+FFFD. */
void tool_json_string(struct tool_json *json, const char *key, const char *value);

void tool_json_number(struct tool_json *json, const char *key, size_t value);
void tool_json_bool(struct tool_json *json, const char *key, bool value);
void tool_json_null(struct tool_json *json, const char *key);

#endif
