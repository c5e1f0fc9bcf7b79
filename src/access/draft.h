/* Drafts: forms that somebody has not finished, kept for an account until they are written or forgotten.
 *
 *     draft_put(access, account, STR("teams/TCN001"), title, content, f);      // over the one that was there
 *     draft_get(access, a, account, STR("teams/TCN001"), &d, &is_there, f);
 *     draft_drop(access, account, STR("teams/TCN001"), f);                     // written
 *
 * A draft holds what was typed, and so may hold personal data: it is neither versioned nor in the log, is handed to its own account only, and goes after DRAFT_MS.
 * Of more than LIMIT_DRAFTS the oldest goes. Ownership: texts lie in the arena. Errors: ERR_LIMIT (LIMIT_DRAFT_BYTES), those of db.
 */
#ifndef TINHSO_ACCESS_DRAFT_H
#define TINHSO_ACCESS_DRAFT_H

#include "access/store.h"

static const int64_t DRAFT_MS = (int64_t)30 * 24 * 3600 * 1000;

struct draft {
    struct str form, title, content; /* form: which one, as whoever keeps it names it */
    int64_t saved_ms;
};

enum err draft_put(struct access *a, int64_t account, struct str form, struct str title, struct str content,
                   struct fault *f);
enum err draft_get(struct access *a, struct arena *arena, int64_t account, struct str form, struct draft *ret_draft,
                   bool *ret_is_there, struct fault *f);
/* Newest first, without their content. */
enum err draft_list(struct access *a, struct arena *arena, int64_t account, struct draft **ret_drafts, size_t *ret_n,
                    struct fault *f);
enum err draft_drop(struct access *a, int64_t account, struct str form, struct fault *f);

/* Files that wait with a draft until it is sent: they go when it does. */
struct draft_file {
    int64_t number; /* of the draft, from 1 on; 0: the next */
    int64_t component, pages;
    struct str name, media, sha256, origin, source,
        bytes; /* origin: as the register of files writes it; source: the result it was taken from */
    int64_t size;
};
/* ERR_FILES_MANY, ERR_FILES_FULL. Keeps the draft alive, as writing it does. */
enum err draft_file_add(struct access *a, int64_t account, struct str form, const struct draft_file *file,
                        struct fault *f);
/* In their order, without their bytes unless asked for. */
enum err draft_files(struct access *a, struct arena *arena, int64_t account, struct str form, bool has_bytes,
                     struct draft_file **ret_files, size_t *ret_n, struct fault *f);
enum err draft_file_drop(struct access *a, int64_t account, struct str form, int64_t number, struct fault *f);
extern const char draft_file_tables[];

/* The step of the access file that makes the table (store.c). */
extern const char draft_tables[];

#endif
