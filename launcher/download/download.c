/* SPDX-License-Identifier: MIT
 * One download by HTTP or HTTPS: one request, which may go on where an earlier one ended. */
#include "launcher/download/download.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"

#define CONNECT_TIMEOUT 20L /* seconds */
#define REDIRECTS_MAX 10L
#define BUFFER_SIZE (256L * 1024)
#define VALIDATOR_MAX 200 /* bytes; what is longer is not kept */

/* One while it runs. */
struct transfer {
	const struct download *download;
	CURL *curl;
	char *validator; /* of the answer */
	bool strong;	 /* it is an ETag */
	bool asked_part; /* the answer is the part that was asked for */
	bool begun;
	curl_off_t got; /* bytes */
	int64_t since;	/* deadline_now() when the last of them came */
	int error;	/* of begin() or take(), or the signal */
	char *text;
};

static long status_of(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* The value of a header of that name, without blanks around it; the caller frees it. NULL: it is
 * another, or too long. */
static char *value_of(const char *name, const char *data, size_t size)
{
	size_t length = strlen(name);

	if (size <= length || strncasecmp(data, name, length) != 0 || data[length] != ':')
		return NULL;
	data += length + 1;
	size -= length + 1;
	while (size > 0 && (*data == ' ' || *data == '\t')) {
		data++;
		size--;
	}
	while (size > 0 && strchr(" \t\r\n", data[size - 1]) != NULL)
		size--;
	return size == 0 || size > VALIDATOR_MAX ? NULL : text_format("%.*s", (int)size, data);
}

static void keep_validator(struct transfer *transfer, char *value, bool strong)
{
	free(transfer->validator);
	transfer->validator = value;
	transfer->strong = strong;
}

/* The headers of all answers come by here, those of redirects too. */
static size_t take_header(char *data, size_t unit, size_t n, void *context)
{
	struct transfer *transfer = context;
	size_t size = unit * n;
	char *tag = value_of("etag", data, size);
	char *date = value_of("last-modified", data, size);
	OWNED_MEMORY char *part = value_of("content-range", data, size);
	OWNED_MEMORY char *wanted =
		text_format("bytes %llu-", (unsigned long long)transfer->download->offset);

	if (size > 5 && strncasecmp(data, "HTTP/", 5) == 0) {
		keep_validator(transfer, NULL, false);
		transfer->asked_part = false;
	}
	if (part != NULL && strncasecmp(part, wanted, strlen(wanted)) == 0)
		transfer->asked_part = true;
	/* A weak tag says that it means the same, and not that it is the same. */
	if (tag != NULL && tag[0] == '"')
		keep_validator(transfer, tag, true);
	else
		free(tag);
	if (date != NULL && !transfer->strong)
		keep_validator(transfer, date, false);
	else
		free(date);
	return size;
}

static int begin(struct transfer *transfer)
{
	const struct download *download = transfer->download;
	bool part = status_of(transfer->curl) == 206;
	uint64_t offset = part ? download->offset : 0;
	curl_off_t length = 0;

	transfer->begun = true;
	if (part && (offset == 0 || !transfer->asked_part))
		return text_fail(&transfer->text, -ERANGE,
			"'%s' came as another part than was asked for", download->url);
	curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return download->begin(download->context, offset,
		length > 0 ? offset + (uint64_t)length : 0, transfer->validator, &transfer->text);
}

static size_t take_body(char *data, size_t unit, size_t n, void *context)
{
	struct transfer *transfer = context;
	size_t size = unit * n;

	if (!transfer->begun)
		transfer->error = begin(transfer);
	if (transfer->error == 0)
		transfer->error = transfer->download->take(
			transfer->download->context, data, size, &transfer->text);
	return transfer->error < 0 ? 0 : size;
}

static int look_around(
	void *context, curl_off_t total, curl_off_t done, curl_off_t all_sent, curl_off_t sent)
{
	struct transfer *transfer = context;
	const struct download *download = transfer->download;
	struct pollfd wait = {.fd = download->signals, .events = POLLIN};
	int64_t now = deadline_now();

	(void)total;
	(void)all_sent;
	(void)sent;
	if (done != transfer->got)
		transfer->since = now;
	transfer->got = done;
	if (download->idle != NULL)
		download->idle(download->context);
	if (poll(&wait, 1, 0) > 0)
		transfer->error = text_fail(&transfer->text, -EINTR, "interrupted");
	else if (now - transfer->since >= (int64_t)download->timeout * 1000)
		transfer->error = text_fail(&transfer->text, -EAGAIN,
			"nothing came of '%s' for %u s", download->url, download->timeout);
	return transfer->error < 0 ? 1 : 0;
}

static struct curl_slist *headers_of(const struct download *download)
{
	OWNED_MEMORY char *condition = NULL;

	if (download->offset == 0 || download->validator == NULL)
		return NULL;
	condition = text_format("If-Range: %s", download->validator);
	return curl_slist_append(NULL, condition);
}

static bool is_https(const char *url)
{
	return strncasecmp(url, "https:", strlen("https:")) == 0;
}

static bool set_up(struct transfer *transfer, const struct curl_slist *headers)
{
	const struct download *download = transfer->download;
	OWNED_MEMORY char *range = text_format("%llu-", (unsigned long long)download->offset);
	CURL *curl = transfer->curl;
	CURLcode r = curl_easy_setopt(curl, CURLOPT_URL, download->url);

#define SET(option, value) r = r == CURLE_OK ? curl_easy_setopt(curl, option, value) : r
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, is_https(download->url) ? "https" : "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	SET(CURLOPT_FAILONERROR, 1L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT);
	SET(CURLOPT_BUFFERSIZE, BUFFER_SIZE);
	SET(CURLOPT_USERAGENT, "owrun/" OWVM_VERSION);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, look_around);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_HTTPHEADER, headers);
	if (download->offset > 0)
		SET(CURLOPT_RANGE, range);
#undef SET
	return r == CURLE_OK;
}

static int explain_status(const struct transfer *transfer, char **reterr_text)
{
	const char *url = transfer->download->url;
	long status = status_of(transfer->curl);

	if (status == 404 || status == 410)
		return text_fail(
			reterr_text, -ENOENT, "there is no '%s' (status %ld)", url, status);
	if (status == 416)
		return text_fail(reterr_text, -ERANGE, "'%s' is shorter now", url);
	return text_fail(reterr_text,
		status == 408 || status == 425 || status == 429 || status >= 500 ? -EAGAIN
										 : -EREMOTEIO,
		"the server does not give '%s' (status %ld)", url, status);
}

static int explain(
	const struct transfer *transfer, CURLcode code, const char *detail, char **reterr_text)
{
	const struct download *download = transfer->download;

	if (transfer->error < 0)
		return text_fail(reterr_text, transfer->error, "%s", transfer->text);
	switch ((int)code) {
	case CURLE_HTTP_RETURNED_ERROR:
		return explain_status(transfer, reterr_text);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		return text_fail(
			reterr_text, -EAGAIN, "cannot reach '%s': %s", download->url, detail);
	case CURLE_OPERATION_TIMEDOUT:
		return text_fail(
			reterr_text, -EAGAIN, "'%s' does not answer: %s", download->url, detail);
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_HTTP2_STREAM:
		return text_fail(reterr_text, -EAGAIN, "the connection for '%s' was cut: %s",
			download->url, detail);
	case CURLE_RANGE_ERROR:
		return text_fail(
			reterr_text, -ERANGE, "'%s' cannot be had in parts", download->url);
	case CURLE_PEER_FAILED_VERIFICATION:
		return text_fail(reterr_text, -EREMOTEIO,
			"'%s' does not come from whom it says, by this host's certificates: %s",
			download->url, detail);
	default:
		return text_fail(
			reterr_text, -EREMOTEIO, "cannot get '%s': %s", download->url, detail);
	}
}

static int perform(struct transfer *transfer, char **reterr_text)
{
	char detail[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = headers_of(transfer->download);
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (set_up(transfer, headers) &&
		curl_easy_setopt(transfer->curl, CURLOPT_ERRORBUFFER, detail) == CURLE_OK)
		code = curl_easy_perform(transfer->curl);
	/* A file without a byte has no body. */
	if (code == CURLE_OK && !transfer->begun) {
		transfer->error = begin(transfer);
		code = transfer->error < 0 ? CURLE_WRITE_ERROR : CURLE_OK;
	}
	curl_slist_free_all(headers);
	if (code == CURLE_OK)
		return 0;
	return explain(
		transfer, code, detail[0] == '\0' ? curl_easy_strerror(code) : detail, reterr_text);
}

int download_run(const struct download *download, char **reterr_text)
{
	struct transfer transfer = {
		.download = download, .curl = curl_easy_init(), .since = deadline_now()};
	int r = transfer.curl == NULL ? text_fail(reterr_text, -ENOMEM, "cannot start libcurl")
				      : perform(&transfer, reterr_text);

	if (transfer.curl != NULL)
		curl_easy_cleanup(transfer.curl);
	free(transfer.validator);
	free(transfer.text);
	return r;
}
