/* The tables of a PDF and its signatures: whatever the bytes, read or refused. */
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "report/pdf_sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct pdf_signature *signatures = NULL;
    size_t n = 0;
    pdf_verify(a, str_slice((const char *)data, size), "x.pdf", NULL, &signatures, &n, NULL);
    return 0;
}
