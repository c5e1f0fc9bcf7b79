/* Filters in CQL2 text, one a line, to the same in CQL2 JSON: what tests/scenario/cql2_http.sh sends in the other notation. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cql2/cql2.h"

#include "base/banned.h"

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, stdin)) > 0) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_CQL2_BYTES * 4);
        struct fault f = {0};
        struct cql2 *q;
        struct str text = str_slice(line, (size_t)n - (line[n - 1] == '\n'));
        if (cql2_parse_text(a, text, &q, &f) != OK) {
            fault_print(&f, LANG_EN, &b);
            fprintf(stderr, "%s\n", buf_cstr(&b));
            free(line);
            return 1;
        }
        cql2_print_json(q, &b);
        puts(buf_cstr(&b));
    }
    free(line);
    return 0;
}
