#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/banned.h"

bool library_load(const char *file, const struct library_function *functions, size_t n)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    bool is_whole = library != NULL;
    for (size_t i = 0; i < n && is_whole; i++) {
        void *p = dlsym(library, functions[i].name);
        memcpy(functions[i].pointer, &p, sizeof p); /* ISO C knows no cast between data and functions */
        is_whole = p != NULL;
    }
    return is_whole;
}
