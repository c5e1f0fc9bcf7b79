#include "http/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/library.h"
#include "base/limits.h"
#include "base/mem.h"

#include "base/banned.h"

/* The header makes macros of some: the functions themselves are wanted. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

#define CURL_FUNCTIONS(X)                                                                                              \
    X(curl_global_init)                                                                                                \
    X(curl_easy_init)                                                                                                  \
    X(curl_easy_setopt)                                                                                                \
    X(curl_easy_perform)                                                                                               \
    X(curl_easy_getinfo)                                                                                               \
    X(curl_easy_strerror)                                                                                              \
    X(curl_slist_append)                                                                                               \
    X(curl_slist_free_all)                                                                                             \
    X(curl_easy_cleanup)

static struct {
#define X(name) __typeof__(&name) name;
    CURL_FUNCTIONS(X)
#undef X
    bool is_loaded;
} curl;

static void load(void)
{
    static const struct library_function functions[] = {
#define X(name) {#name, &curl.name},
        CURL_FUNCTIONS(X)
#undef X
    };
    curl.is_loaded = library_load("libcurl.so.4", functions, ARRAY_LEN(functions)) &&
                     curl.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t take(char *p, size_t size, size_t n, void *context)
{
    struct buf *out = context;
    buf_add(out, p, size * n);
    return out->is_full ? 0 : size * n;
}

static enum err perform(CURL *handle, const char *url, long redirects, long most_ms, long *ret_status, struct buf *out,
                        struct fault *f)
{
    char reason[CURL_ERROR_SIZE] = "";
    long status = 0;
    curl.curl_easy_setopt(handle, CURLOPT_URL, url);
    curl.curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl.curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, redirects ? 1L : 0L);
    curl.curl_easy_setopt(handle, CURLOPT_MAXREDIRS, redirects);
    curl.curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, most_ms);
    curl.curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
    curl.curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl.curl_easy_setopt(handle, CURLOPT_WRITEDATA, out);
    CURLcode code = curl.curl_easy_perform(handle);
    if (out->is_full)
        return FAULT(f, ERR_LIMIT, {"what", str_of(url)}, {"limit", STR("max")});
    if (code != CURLE_OK)
        return FAULT(f, ERR_FETCH_FAILED, {"url", str_of(url)},
                     {"reason", str_of(reason[0] ? reason : curl.curl_easy_strerror(code))});
    curl.curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (ret_status)
        *ret_status = status;
    if (status == 200 || ret_status)
        return OK;
    char text[16];
    snprintf(text, sizeof text, "%ld", status);
    return FAULT(f, ERR_FETCH_STATUS, {"url", str_of(url)}, {"status", str_of(text)});
}

static enum err begin(CURL **ret_handle, struct fault *f)
{
    pthread_once(&once, load);
    *ret_handle = curl.is_loaded ? curl.curl_easy_init() : NULL;
    return *ret_handle ? OK : FAULT(f, ERR_FETCH_NONE);
}

enum err http_fetch(const char *url, struct buf *out, struct fault *f)
{
    CURL *handle;
    enum err e = begin(&handle, f);
    if (e != OK)
        return e;
    e = perform(handle, url, LIMIT_FETCH_REDIRECTS, LIMIT_FETCH_MS, NULL, out, f);
    curl.curl_easy_cleanup(handle);
    return e;
}

enum err http_fetch_strict(const struct fetch *r, struct buf *out, struct fault *f)
{
    CURL *handle;
    struct curl_slist *headers = NULL;
    enum err e = begin(&handle, f);
    if (e != OK)
        return e;
    if (r->media) {
        char line[128];
        snprintf(line, sizeof line, "Content-Type: %s", r->media);
        headers = curl.curl_slist_append(NULL, line);
        curl.curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    }
    if (r->form.p) {
        curl.curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long)r->form.n);
        curl.curl_easy_setopt(handle, CURLOPT_POSTFIELDS, r->form.p);
    }
    if (r->user) {
        curl.curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl.curl_easy_setopt(handle, CURLOPT_USERNAME, r->user);
        curl.curl_easy_setopt(handle, CURLOPT_PASSWORD, r->password);
    }
    e = perform(handle, r->url, 0, r->most_ms ? r->most_ms : LIMIT_FETCH_STRICT_MS, r->ret_status, out, f);
    curl.curl_slist_free_all(headers);
    curl.curl_easy_cleanup(handle);
    return e;
}
