/* Looks at the running configuration and says what is weak, and what to do about it.
 *
 *     struct audit a = {.db_path = path, .public_url = …, .listen = …, .has_operator_key = …, .sample_registers = n, .log_size = head, .checkpoint_size = c.size};
 *     struct audit_line lines[AUDIT_COUNT];
 *     size_t n = audit_run(arena, access, &a, lines);                   // one for each finding of audit.def, the worst first
 *
 * What a process is (root, confined, core files) is judged of this process: `tinhso audit` cannot know that of the server, and leaves those out (is_server).
 * Nothing is changed. A thing that cannot be looked at is told as unknown, never as good.
 *
 * Sources: Decision 742/QĐ-BTTTT 2022 (accounts, lockout, log, administration apart), OWASP ASVS 5.0 chapters 6, 7, 13, 16.
 */
#ifndef TINHSO_ACCESS_AUDIT_H
#define TINHSO_ACCESS_AUDIT_H

#include "access/store.h"

enum audit_finding {
#define AUDIT(finding, vi, en, do_vi, do_en) finding,
#include "access/audit.def"
#undef AUDIT
    AUDIT_COUNT
};

enum audit_state { AUDIT_WEAK, AUDIT_UNKNOWN, AUDIT_GOOD };

struct audit {
    const char *db_path;
    bool is_server;
    struct str public_url, listen;
    bool has_operator_key, has_virus_check; /* has_virus_check: known of the server alone */
    int64_t sample_registers;
    int64_t log_size, checkpoint_size; /* checkpoint -1: cannot be read */
};

struct audit_line {
    enum audit_finding finding;
    enum audit_state state;
    struct str detail; /* a number or name: "0644", "3"; may be empty */
};

size_t audit_run(struct arena *arena, struct access *a, const struct audit *what, struct audit_line *ret_lines);

/* How many there are now; 0 where it cannot be counted. */
struct access_counts {
    int64_t accounts, sessions;
    int64_t backup_ms; /* the last one */
};
struct access_counts access_counts(struct access *a);

/* What is looked at; what to do when it is weak. */
const char *audit_title(enum audit_finding finding, enum lang lang);
const char *audit_remedy(enum audit_finding finding, enum lang lang);
const char *audit_state_name(enum audit_state state); /* "weak", "unknown", "good" */

#endif
