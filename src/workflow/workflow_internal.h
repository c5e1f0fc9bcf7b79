/* Between reading a workflow (workflow_read.c), finding it (workflow.c) and proving it sane (workflow_check.c). */
#ifndef TINHSO_WORKFLOW_WORKFLOW_INTERNAL_H
#define TINHSO_WORKFLOW_WORKFLOW_INTERNAL_H

#include "workflow/workflow.h"

struct workflow_loading {
    struct arena *a;
    const struct province *p;
    struct str file;
    struct faults *list;
};

/* False: what is wrong is in the list. */
bool workflow_read(const struct workflow_loading *l, struct str text, struct workflow *ret_workflow);

/* Told with the line: a value that does not fit its key; a name that there is not, with the nearest. */
void workflow_misfit(const struct workflow_loading *l, int line, const char *key, struct str value,
                     const char *expected);
void workflow_unknown(const struct workflow_loading *l, int line, const char *what, struct str name,
                      const struct str *names, size_t n);

#endif
