/* Libraries that are loaded when they are first needed: a short command does not pay for what it does not use (docs/decisions/0004).
 *
 *     static struct {
 *         __typeof__(&proj_create) proj_create;
 *     } proj;
 *     static const struct library_function functions[] = {{"proj_create", &proj.proj_create}};
 *     bool is_there = library_load("libproj.so.25", functions, ARRAY_LEN(functions));      // once, by pthread_once
 *
 * All functions or none: false when the library, or one of them, is missing. It stays loaded. Thread: the caller's once.
 */
#ifndef TINHSO_BASE_LIBRARY_H
#define TINHSO_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library_function {
    const char *name;
    void *pointer; /* address of the pointer to the function */
};

bool library_load(const char *file, const struct library_function *functions, size_t n);

#endif
