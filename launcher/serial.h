#ifndef OWVM_LAUNCHER_SERIAL_H
#define OWVM_LAUNCHER_SERIAL_H
#include <stddef.h>
enum serial_kind { SERIAL_CONSOLE };
struct serial {
	enum serial_kind kind;
};
void serial_free(struct serial *s);
void serial_init_console(struct serial *s);
int serial_parse(const char *text, struct serial *ret, char **reterr_text);
int serial_check(
	const struct serial *serials, size_t n, const struct serial *monitor, char **reterr_text);
char *serial_format(const struct serial *s);
#endif
