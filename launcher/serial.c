#include "launcher/serial.h"
#include "launcher/text.h"
void serial_free(struct serial *s)
{
	(void)s;
}
void serial_init_console(struct serial *s)
{
	s->kind = SERIAL_CONSOLE;
}
int serial_parse(const char *text, struct serial *ret, char **reterr_text)
{
	(void)text;
	(void)reterr_text;
	ret->kind = 0;
	return 0;
}
int serial_check(
	const struct serial *serials, size_t n, const struct serial *monitor, char **reterr_text)
{
	(void)serials;
	(void)n;
	(void)monitor;
	(void)reterr_text;
	return 0;
}
char *serial_format(const struct serial *s)
{
	(void)s;
	return text_format("console");
}
