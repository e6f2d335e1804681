#pragma once
#include <curl/curl.h>

// Swift cannot call variadic C functions: one wrapper a kind of value.

typedef size_t (*rag_curl_data_callback)(char *data, size_t size, size_t count, void *context);
typedef int (*rag_curl_prereq_callback)(
    void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode rag_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode rag_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode rag_curl_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode rag_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode rag_curl_set_data_callback(
    CURL *easy, CURLoption option, rag_curl_data_callback callback) {
  return curl_easy_setopt(easy, option, callback);
}

static inline CURLcode rag_curl_set_prereq_callback(CURL *easy, rag_curl_prereq_callback callback) {
  return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode rag_curl_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode rag_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode rag_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// Leaves a name lookup behind instead of waiting for it when its transfer ends early; libcurl 7.87.
static inline CURLcode rag_curl_set_quick_exit(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)easy;
  return CURLE_OK;
#endif
}
