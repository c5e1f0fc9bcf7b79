/* The write-ahead log beside a database file, read before SQLite reads it.
 *
 * SQLite takes the frames of a WAL up to the first one whose checksum is wrong and forgets the rest without a word. After
 * a crash that is right: what follows is the torn end of a transaction that nobody was told about. After damage it is
 * not: acknowledged commits disappear. wal_look tells the two apart.
 *
 * Each frame's checksum continues that of the frame before it. So behind a damaged frame the chain can be taken up again
 * from the checksum stored in it (or, where that one is damaged, from the one computed over it). SQLite begins a
 * transaction only after the commit before it has reached the disk (synchronous FULL), so an honest crash leaves at most
 * one commit behind the first bad frame in one unbroken chain: that of the transaction it interrupted. Two or more,
 * counting the bad frame's own, prove that an acknowledged commit is damaged: the file is refused.
 *
 * Limit: damage within the last transaction alone looks like a crash in it, and a WAL cut off at its end, or replaced by
 * an older one, like a shorter history. The log's checkpoint outside the database finds these.
 *
 * Someone else may be writing the WAL meanwhile; db_open looks again before it believes in damage.
 * Format: https://www.sqlite.org/fileformat2.html#walformat
 */
#ifndef TINHSO_DB_WAL_H
#define TINHSO_DB_WAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/mem.h"

enum { WAL_HEADER_BYTES = 32, WAL_FRAME_HEADER_BYTES = 24 };

struct wal_look {
    bool has_frames;             /* the file is longer than a header */
    uint32_t n_committed;        /* frames up to and including the last commit that SQLite will take */
    const uint32_t *pages;       /* [n_committed]: the page that each of them replaces */
    uint32_t n_pages;            /* size of the database in pages after that commit; 0 without one */
    const unsigned char *page_1; /* its newest committed version; NULL when the WAL has none */
    uint32_t bad_frame;          /* the first frame (from 1) that cannot be told from damage; 0 when there is none */
    uint32_t bad_page;           /* the page it says it replaces */
};

/* A missing or empty WAL is a look without frames. Errors: ERR_SYSTEM, ERR_DB_DAMAGED for a damaged WAL header. */
enum err wal_look(struct arena *a, const char *path, struct wal_look *ret_look, struct fault *f);

#endif
