/* What a benchmark cannot do without. */
#ifndef TINHSO_BENCH_OK_H
#define TINHSO_BENCH_OK_H

#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"

/* Ends the benchmark with what went wrong; the list may be NULL. */
static inline void ok(enum err e, const struct fault *f, const struct faults *list)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(1 << 16);
    if (e == OK)
        return;
    fault_print(f, LANG_EN, &b);
    if (list)
        faults_print(list, LANG_EN, &b);
    fprintf(stderr, "%s\n", buf_cstr(&b));
    exit(1);
}

#endif
