/* A checksum on every page of the database file: SQLite itself notices about one flipped bit in six.
 *
 * The file's pages are PAGE_BYTES long and end in PAGE_SUM_BYTES reserved bytes, which SQLite leaves alone. A thin
 * layer between SQLite and the file (a SQLite VFS) puts XXH3-64 of the page, seeded with its number, there on each
 * write, and checks it on each read. So a flipped bit, a torn page and a page written to the wrong place are found when
 * they are read; an older whole version of a page is not (the log's tree and checkpoint find that one).
 *
 *     pagesum_register();                              // once a process
 *     sqlite3_open_v2(path, &handle, flags, PAGESUM_VFS);
 *     …  SQLITE_IOERR_DATA?  pagesum_bad_page(handle)  // the page that did not match
 *
 * Bounds of the promise: frames in the WAL carry SQLite's own checksums, which it checks only when it opens the WAL; a
 * page of zeros counts as good, because SQLite leaves holes where a page was freed before it was ever written (the
 * scrub reports those that a table uses); reads shorter than a page happen only for the file header, and db_open checks
 * page 1 as a whole before SQLite sees it. What another program writes to the file carries a stale checksum.
 */
#ifndef TINHSO_DB_PAGESUM_H
#define TINHSO_DB_PAGESUM_H

#include <stdbool.h>
#include <stdint.h>

enum { PAGE_BYTES = 8192, PAGE_SUM_BYTES = 8 };
/* SQLite keeps its locks in the bytes from 1 GiB on and never uses the page that holds them. */
enum { LOCK_PAGE = 0x40000000 / PAGE_BYTES + 1 };

#define PAGESUM_VFS "tinhso"
#define PAGESUM_VFS_SCRUB "tinhso-scrub" /* reads pages whatever their checksum */

struct sqlite3;
struct sqlite3_file;

void pagesum_register(void);
uint64_t pagesum_of(const unsigned char *page, uint32_t number);
bool pagesum_is_good(const unsigned char *page, uint32_t number);
bool page_is_zero(const unsigned char *page);
/* The page whose checksum last failed on this connection; 0 when there was none. */
uint32_t pagesum_bad_page(struct sqlite3 *handle);
/* The file below the layer, for the scrub; NULL when the connection has none. */
struct sqlite3_file *pagesum_file_below(struct sqlite3 *handle);

/* The first bytes of every file of ours, the same whatever it holds. */
enum { HEADER_BYTES = 24 };
extern const unsigned char header_expected[HEADER_BYTES];

#endif
